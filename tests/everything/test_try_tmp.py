import pytest, json
from tests.world import *
from tests.domain.test_parsing_catalogue import body_of
API=lines("report_api.jsonl")
@pytest.mark.parametrize("line", API, ids=lambda l:l["id"])
def test_line(world, line):
    asked=line["input"]; expect=line["expect"]; actor="class_head"; path="reports"
    if "counts" in asked:
        body=json.dumps(asked["counts"],ensure_ascii=False).encode(); actor="duty_S1"; path="unit-reports"
    else: body=body_of(line)
    more={}
    if "headers" in asked: more["content_type"]=asked["headers"]["Content-Type"]
    r=world.send(actor,"POST",path,body,**more)
    said=json.loads(r.content)
    if r.status_code==200:
        o="warn" if any(n["warning"] for n in said["notes"]) else "normalize" if said["notes"] else "accept"
        codes=[n["code"] for n in said["notes"]]
    else:
        o={409:"conflict",404:"deny",403:"deny",413:"limit"}.get(r.status_code,"reject")
        codes=[e["code"] for e in said["errors"]]
    want=expect.get("code",[]); want=[want] if isinstance(want,str) else want
    ok = o in expect["outcome"] and (o in("accept","normalize") or not want or set(want)&set(codes))
    assert ok, (r.status_code,o,codes,expect)
