"""Who a person is on paper (身份): document numbers, phones, ages, and how they are shown masked.

Resident numbers follow GB 11643-1999: area, birth date, sequence (odd for men), check digit by ISO 7064 MOD 11-2. The
check digit is python-stdnum's, which is exact; its table of areas is not used, because a number keeps the area of the
day it was given for ever, and area 519999 is the prefix of synthetic persons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum.cn import ric

from lianfang.domain.parsing.choices import Choice, Choices, parse_choice
from lianfang.domain.parsing.text import folded, one_line, squeezed
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused

ID_TYPES = Choices(
    Choice("resident", "居民身份证", "Resident identity card", ("身份证", "居民户口簿", "户口簿", "户口本", "二代证")),
    Choice("passport", "护照", "Passport", ("中国护照", "外国护照")),
    Choice(
        "permit",
        "来往内地通行证",
        "Mainland travel permit",
        ("通行证", "港澳通行证", "回乡证", "台胞证", "港澳台通行证", "travel permit"),
    ),
    Choice("residence_permit", "港澳台居民居住证", "Residence permit", ("居住证", "港澳台居住证")),
    Choice(
        "foreign_resident",
        "外国人永久居留身份证",
        "Foreign permanent resident card",
        ("永久居留证", "外国人永久居留证", "foreign resident card"),
    ),
    Choice("none", "无证件", "No document", ("无", "没有")),
)
OLDEST_AGE = 130  # years; nobody has reached it

# Two-digit prefixes of GB/T 2260; the permit areas 81 to 83 and the foreign cards' 9 belong to their own documents.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
PERMIT_AREAS = frozenset({"810000", "820000", "830000"})

_SPREADSHEET = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}")
_RESIDENT_SIGNS = re.compile(r"[0-9]+X?")
_FOREIGN_OLD = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,15}")
_PERMIT = re.compile(r"[A-Z]{0,2}[0-9]{7,11}[A-Z]?(?:\([A-Z0-9]\))?")
_LONG, _SHORT = 18, 15
_LOST_DIGITS = "000"  # a spreadsheet keeps 15 digits and writes zeros for the rest

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_PHONE = re.compile(r"(\+?[0-9(][0-9 ()\-./]{4,24})(?:(?:转|轉|分机|ext\.?|x|#|;ext=)\s*([0-9]{1,6}))?", re.IGNORECASE)
_CHINA = 86


@dataclass(frozen=True, slots=True)
class Identity:
    """A document number that was checked: normalised, with what it says about its holder where it says so."""

    kind: str
    number: str
    birth_date: date | None = None
    sex: str | None = None  # "male" or "female"


def parse_id_type(raw: object, field: str, notes: list[Note], *, channel: str) -> str:
    """The kind of document; refused as `parse_choice`."""
    return parse_choice(raw, field, notes, ID_TYPES, channel=channel)


def parse_identity(id_type: str, raw: object, field: str, notes: list[Note], *, today: date) -> Identity:
    """The identity that a document number stands for; a 15-digit number becomes its 18-digit form, noted.

    Refused: `required`, `type`, `choice.unknown` (kind of document), `field.masked`, `id.format`, `id.length`,
    `id.birth_date`, `id.region`, `id.checksum`, `id.precision_lost` (spoiled by a spreadsheet: ask again).
    """
    if isinstance(raw, float):
        raise Refused("id.precision_lost", field)
    given = one_line(raw, field)
    number = squeezed(folded(given)).upper()
    if not number:
        raise Refused("required", field)
    if "*" in number:
        raise Refused("field.masked", field)
    if _SPREADSHEET.fullmatch(number):
        raise Refused("id.precision_lost", field)
    identity = _read(id_type, number, field, today=today)
    if identity.number != raw:
        code = "id.format" if identity.number == number else "id.length"
        notes.append(Note(code, field, kept=mask_number(identity.number)))
    return identity


def _read(id_type: str, number: str, field: str, *, today: date) -> Identity:
    if id_type == "resident":
        return _resident(number, field, today=today)
    if id_type == "residence_permit":
        return _permit_of_residence(number, field, today=today)
    if id_type == "foreign_resident":
        return _foreign_resident(number, field, today=today)
    shape = {"passport": _PASSPORT, "permit": _PERMIT}.get(id_type)
    if shape is None:
        raise Refused("choice.unknown", field, choices=ID_TYPES.codes)
    if not shape.fullmatch(number):
        raise Refused("id.format", field)
    return Identity(id_type, number)


def _resident(number: str, field: str, *, today: date) -> Identity:
    if not _RESIDENT_SIGNS.fullmatch(number):
        raise Refused("id.format", field)
    if len(number) == _SHORT and number.isdigit():
        number = long_number(number)
    identity = _checked("resident", number, field, today=today)
    if not _PROVINCE.fullmatch(number[:2]):
        raise Refused("id.region", field)
    return identity


def _permit_of_residence(number: str, field: str, *, today: date) -> Identity:
    if not _RESIDENT_SIGNS.fullmatch(number):
        raise Refused("id.format", field)
    identity = _checked("residence_permit", number, field, today=today)
    if number[:6] not in PERMIT_AREAS:
        raise Refused("id.region", field)
    return identity


def _foreign_resident(number: str, field: str, *, today: date) -> Identity:
    """Cards since 2023 have 18 digits that begin with 9; earlier ones three letters and twelve digits."""
    if _FOREIGN_OLD.fullmatch(number):
        return Identity("foreign_resident", number)
    if not _RESIDENT_SIGNS.fullmatch(number) or not number.startswith("9"):
        raise Refused("id.format", field)
    return _checked("foreign_resident", number, field, today=today)


def _checked(kind: str, number: str, field: str, *, today: date) -> Identity:
    if len(number) != _LONG:
        raise Refused("id.length", field, given=len(number), expected=_LONG)
    birth_date = _birth_date(number[6:14])
    if birth_date is None or birth_date > today or age_on(birth_date, today) > OLDEST_AGE:
        raise Refused("id.birth_date", field)
    if ric.calc_check_digit(number) != number[-1]:
        raise Refused("id.precision_lost" if number.endswith(_LOST_DIGITS) else "id.checksum", field)
    return Identity(kind, number, birth_date, "male" if int(number[16]) % 2 else "female")


def _birth_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def long_number(short: str) -> str:
    """The 18-digit form of a 15-digit number of before 1999, whose years are all of the 1900s."""
    number = short[:6] + "19" + short[6:]
    return number + ric.calc_check_digit(number + "0")


def is_valid_resident_number(number: str, *, today: date) -> bool:
    """Whether this is a resident number of GB 11643-1999, written without blanks."""
    try:
        return parse_identity("resident", number, "", [], today=today).number == number
    except Refused:
        return False


def age_on(birth_date: date, day: date) -> int:
    """Whole years lived on a day; one born on 29 February grows older on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_child(birth_date: date | None, day: date, policy: Policy) -> bool:
    """Whether a person is younger than `policy.child_age`; one whose birth date is unknown is not taken for a child."""
    return birth_date is not None and age_on(birth_date, day) < policy.child_age


def parse_phone(raw: object, field: str, notes: list[Note]) -> str:
    """A phone number by E.164, with `;ext=803` behind it where an extension was given; without prefix it is Chinese.

    Refused: `required`, `type`, `field.masked`, `phone.format`. A plain mobile number only gets its +86.
    """
    given = one_line(raw, field)
    text = squeezed(folded(given))
    if not text:
        raise Refused("required", field)
    if "*" in text:
        raise Refused("field.masked", field)
    mobile = _MOBILE.fullmatch(re.sub(r"[-()]", "", text))
    number = f"+{_CHINA}{mobile[1]}" if mobile else _any_phone(text, field)
    if raw not in (number, number[3:]):
        notes.append(Note("phone.format", field, kept=mask_phone(number)))
    return number


def _any_phone(text: str, field: str) -> str:
    found = _PHONE.fullmatch(text)
    if not found:
        raise Refused("phone.format", field)
    try:
        number = phonenumbers.parse(found[1], "CN")
    except phonenumbers.NumberParseException:
        raise Refused("phone.format", field) from None
    known = phonenumbers.is_valid_number if number.country_code == _CHINA else phonenumbers.is_possible_number
    if not known(number):
        raise Refused("phone.format", field)
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={found[2]}" if found[2] else plain


def mask_number(number: str) -> str:
    """The first and the last two signs, as many stars between: `1***************2X` (security baseline, 3.4)."""
    shown = len(number) > 4  # noqa: PLR2004 a shorter number would be shown whole
    return f"{number[0]}{'*' * (len(number) - 3)}{number[-2:]}" if shown else "*" * len(number)


def mask_phone(phone: str, *, for_follower: bool = False) -> str:
    """The last two digits; for those who call the person, `138****8000` (security baseline, 3.4)."""
    local = phone.removeprefix(f"+{_CHINA}").partition(";")[0]
    if for_follower and _MOBILE.fullmatch(local):
        return f"{local[:3]}****{local[-4:]}"
    return "*" * max(len(local) - 2, 0) + local[-2:] if len(local) > 4 else "*" * len(local)  # noqa: PLR2004 as above


def mask_name(name: str) -> str:
    """The first and the last sign: 李*轩, and 张* where there are only two."""
    if len(name) <= 2:  # noqa: PLR2004 of two signs only the family name is shown
        return name[:1] + "*" * max(len(name) - 1, 0) if len(name) > 1 else "*" * len(name)
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
