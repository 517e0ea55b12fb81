import time, random
import pytest
from lianfang.interfaces.exchange.imports import receive, confirm, account
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.accounts.actor import SYSTEM
from tests import make
from tests.make import DAY
from lianfang.domain.identity import long_number
pytestmark = pytest.mark.django_db
def number(i, area="519999"):
    short = area + f"{10+i%10:02d}{1+i%12:02d}{1+i//12%28:02d}" 
    from stdnum.cn import ric
    n = area + f"20{10+(i//336)%6:02d}{1+i%12:02d}{1+i//12%28:02d}" + f"{(i//2016)%1000:03d}"
    return n + ric.calc_check_digit(n+"0")
def test_speed(afternoon):
    school = make.root("S1","school",name="第一中学")
    classes=[make.unit(school,f"S1-K{k}","class",name=f"高一（{k}）班") for k in range(1,61)]
    admin=make.actor(school,"administrator")
    rows=["姓名,性别,身份证号,学号,年级,班级,联系电话"]
    for i in range(3000):
        rows.append(f"学生{chr(0x4e00+i)},,{number(i)},{i:05d},高一,{i%60+1}班,13800138000")
    content="\n".join(rows).encode("gb18030")
    with make.acting(admin):
        t=time.time(); k=receive(admin,"people","名单.csv",content); print("check",time.time()-t, account(k)["errors"][:3], k.read,k.held,k.refused,k.stage)
        t=time.time(); k=confirm(admin,k.pk); print("confirm",time.time()-t,k.stage,k.written)
    officer=make.actor(school,"duty_officer")
    rows=["姓名,身份证号,班级,日期,时段,体温,症状"]
    for i in range(0,3000):
        rows.append(f"学生{chr(0x4e00+i)},{number(i)},高一{i%60+1}班,{DAY},上午,36.5,无")
    content="\n".join(rows[:601]).encode("utf-8")
    with make.acting(officer):
        t=time.time(); k=receive(officer,"reports","日报.csv",content); print("check",time.time()-t, account(k)["errors"][:3], k.read,k.held,k.refused,k.stage)
        t=time.time(); k=confirm(officer,k.pk); print("confirm",time.time()-t,k.stage,k.written)
