"""Made-up names (虚构姓名) from lists of common surnames and characters, so that nobody real is meant."""

from __future__ import annotations

from collections.abc import Callable

# Surnames with a weight for every thousand people, rounded; double surnames are few, as in life.
_WEIGHTED = (
    "王72 李70 张68 刘54 陈46 杨31 赵22 黄22 周21 吴20 徐16 孙15 胡13 朱12 高11 林11 何11 郭11 马10 罗10 "
    "梁9 宋8 郑8 谢7 韩7 唐7 冯6 于6 董6 萧6 程5 曹5 袁5 邓5 许5 傅5 沈5 曾5 彭5 吕5 苏4 卢4 蒋4 蔡4 "
    "贾4 丁4 魏4 薛4 叶4 阎4 余4 潘4 杜4 戴4 夏4 钟4 汪4 田4 任4 姜4 范3 方3 石3 姚3 谭3 廖3 邹3 熊3 "
    "金3 陆3 郝3 孔3 白3 崔3 康3 毛3 邱3 秦3 江3 史3 顾3 侯3 邵3 孟3 龙3 万3 段3 雷2 钱2 汤2 尹2 黎2 "
    "易2 常2 武2 乔2 贺2 赖2 龚2 文2 欧阳1 司马1 上官1 诸葛1 司徒1 东方1"
)
SURNAMES = tuple(
    entry.rstrip("0123456789") for entry in _WEIGHTED.split() for _ in range(int("".join(filter(str.isdigit, entry))))
)
GIVEN_FEMALE = tuple(
    "雨欣诗涵梓萱思琪佳怡若曦语桐可馨欣妍雅静梦瑶晓月婉清心悦芷若紫晴书瑜安琪秋雁春兰巧云玉洁慧敏丽娟艳红淑芬秀英"
    "雪莲美玲海霞凤琴桂香菊芳珍珠莉萍倩蓉"
)
GIVEN_MALE = tuple(
    "浩宇子轩俊杰博文天佑嘉豪志远明哲建国国强家伟文斌永康宏达立新德胜海涛鹏飞晨阳景行承泽逸凡少军振华光辉继民"
    "泽楷瑞霖启航书豪云峰世昌成林长青"
)
# Outside GB 2312, mostly outside GBK, some outside the sixteen-bit plane: what breaks exports, fonts and old readers.
RARE = tuple("䶮㛃㸆㴋䴙𬭎𫖯𬍛𫍽𬱖𠅤𡐓𣲗𥔲龑犇昉頔赟翀旻璟")
_ONE_CHARACTER = 0.14


def surname(draw: Callable[[], float]) -> str:
    """A surname; `draw` gives numbers from 0 up to 1."""
    return SURNAMES[int(draw() * len(SURNAMES))]


def given_name(draw: Callable[[], float], *, male: bool) -> str:
    """One or two characters."""
    characters = GIVEN_MALE if male else GIVEN_FEMALE
    first = characters[int(draw() * len(characters))]
    return first if draw() < _ONE_CHARACTER else first + characters[int(draw() * len(characters))]


def rare_given_name(draw: Callable[[], float], *, male: bool) -> str:
    """A given name that ends in a rare character (生僻字)."""
    characters = GIVEN_MALE if male else GIVEN_FEMALE
    return characters[int(draw() * len(characters))] + RARE[int(draw() * len(RARE))]
