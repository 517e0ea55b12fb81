"""Traditional and simplified forms of the characters of names (繁简异体), to offer a match, never to merge by.

The pairs cover common surnames and given names; the two-way verification brings a complete table.
"""

from __future__ import annotations

_PAIRS = (
    "張张偉伟陳陈劉刘黃黄趙赵吳吴孫孙馬马楊杨許许鄭郑謝谢馮冯韓韩鄧邓葉叶蘇苏呂吕蔣蒋蕭萧蔡蔡賈贾閻阎鄒邹陸陆錢钱"
    "龍龙萬万賀贺賴赖龔龚顧顾麗丽國国華华軍军強强東东慶庆寶宝蘭兰鳳凤龍龙飛飞濤涛傑杰學学榮荣長长衛卫紅红"
    "輝辉衞卫蓮莲銀银鐵铁錦锦鋒锋雲云靜静順顺頭头題题類类願愿顯显驗验麥麦齊齐龜龟豐丰興兴藝艺莊庄勝胜義义習习"
    "賢贤質质進进運运達达遠远選选適适澤泽潔洁潤润燦灿燕燕爾尔瑩莹環环現现瑤瑶瓊琼碩硕禮礼種种稱称穎颖競竞純纯"
    "維维綠绿綱纲維维經经緒绪縣县績绩繼继續续罗羅聖圣聰聪職职肅肃臨临與与舉举藍蓝蘊蕴處处號号親亲覺觉觀观詠咏詩诗誠诚諾诺謙谦護护讓让貝贝貞贞財财貴贵費费"
)
_SIMPLE = str.maketrans({_PAIRS[i]: _PAIRS[i + 1] for i in range(0, len(_PAIRS) - 1, 2)})


def same_characters(one: str, other: str) -> bool:
    """Whether two names are the same but for traditional and simplified forms."""
    return one.translate(_SIMPLE) == other.translate(_SIMPLE)
