"""What is said of values, people, units and flows (内容提示语), by code.

A sentence says what should be, without blame. The first whose facts are all there is the one that is said; a code with
a colon is said where the facts give that reason. The Chinese is in `wording_zh.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_CONTENT: Mapping[str, tuple[Any, ...]] = {
    "required": (_("%(field)s is still missing. Please fill it in."),),
    "required:unticked": (_("Please tick the box first: what is signed is confirmed by it."),),
    "type": (_("%(field)s needs another kind of value."),),
    "type:object": (_("%(field)s must be an object with named members."),),
    "type:list": (_("%(field)s must be a list."),),
    "type:text": (_("%(field)s must be text, in quotation marks."),),
    "type:boolean": (_("%(field)s must be true or false."),),
    "number.format": (_("%(field)s must be a number, such as 36.5 or 12."),),
    "number.unit": (_("%(field)s must be in degrees Celsius, as read from the thermometer."),),
    "number.out_of_range": (
        _("%(field)s must be between %(low)s and %(high)s. Did you mean %(suggest)s?"),
        _("%(field)s must be between %(low)s and %(high)s."),
        _("%(field)s must be at least %(low)s."),
        _("%(field)s must be more than %(above)s."),
        _("%(field)s must be at most %(high)s."),
        _("%(field)s must lie within its bounds."),
    ),
    "number.precision": (
        _("%(field)s may have at most %(high)s decimals."),
        _("%(field)s has too many decimals."),
    ),
    "number.integer": (_("%(field)s must be a whole number."),),
    "number.implausible": (
        _("%(field)s is outside the usual %(low)s to %(high)s. Please look again."),
        _("%(field)s was %(yesterday)s yesterday. Please look again, or add a remark."),
        _("%(field)s is unusual. Please look again."),
    ),
    "date.format": (_("%(field)s must be a date such as 2026-03-02."),),
    "date.invalid": (_("%(field)s must be a day that is in the calendar."),),
    "date.ambiguous": (_("%(field)s can be read in two ways. Please write the year first, such as 2026-03-02."),),
    "date.in_future": (_("%(field)s must be today or earlier."),),
    "date.out_of_window": (
        _("%(field)s must be between %(low)s and %(high)s."),
        _("%(field)s must be %(low)s or later."),
        _("%(field)s lies outside the days that can be given."),
    ),
    "verdict.unfit": (
        _("A difference of this kind can be answered with: %(choices)s."),
        _("This answer does not fit."),
    ),
    "verification.open": (
        _("%(open)s differences of this run are still open. Both sides sign when none is."),
        _("Differences of this run are still open."),
    ),
    "difference.second_person": (_("Somebody else has to answer for the other side: it takes two people."),),
    "difference.not_own": (_("Only the last answer can be taken back, by whoever gave it, before the run is signed."),),
    "time.invalid": (_("%(field)s must be a time, such as 09:05 or 2026-03-02T09:05:00+08:00."),),
    "time.no_offset": (_("%(field)s must end with its offset from UTC, such as +08:00."),),
    "clock.skew": (
        _("The clock of the sending device is %(minutes)s minutes ahead. The time of receipt counts."),
        _("The clock of the sending device is ahead. The time of receipt counts."),
    ),
    "text.charset": (_("%(field)s must consist of characters or letters."),),
    "text.control_character": (_("%(field)s holds a character that cannot be seen. Please type it again."),),
    "text.lossy": (_("%(field)s holds half a character. Please type it again."),),
    "text.mojibake": (
        _("%(field)s was garbled on its way. Did you mean %(suggest)s?"),
        _("%(field)s was garbled on its way. Please type it again."),
    ),
    "text.placeholder": (_("%(field)s must be the real one, not a word in its place."),),
    "text.private_use": (
        _("%(field)s holds a character that other computers may show differently. Please look again."),
    ),
    "text.too_short": (
        _("%(field)s needs at least %(low)s characters."),
        _("%(field)s must be longer."),
    ),
    "text.too_long": (
        _("%(field)s may have at most %(high)s characters or entries."),
        _("%(field)s must be shorter."),
    ),
    "text.normalised": (
        _("%(field)s is kept as %(kept)s."),
        _("%(field)s is kept without idle blanks."),
    ),
    "choice.unknown": (
        _("%(field)s must be one of: %(choices)s."),
        _("%(field)s must be one of the choices offered."),
    ),
    "choice.duplicate": (_("%(field)s must be given once."),),
    "choice.contradiction": (_("%(field)s: “none” cannot stand beside a symptom."),),
    "cross.order": (
        _("%(field)s must not be before %(earlier)s."),
        _("%(field)s must not be before the beginning."),
    ),
    "cross.part_of": (
        _("%(field)s can be at most %(high)s, which is %(whole)s."),
        _("%(field)s can be at most the whole of which it is a part."),
    ),
    "cross.sum": (
        _("%(field)s must be %(expected)s, the sum of %(parts)s."),
        _("%(field)s must be the sum of its parts."),
    ),
    "cross.result_ct": (_("A negative result with a Ct value is unusual. Please look at the test again."),),
    "cross.state": (
        _("With a fever or a symptom this is kept as not well, so that somebody looks after the person today."),
    ),
    "cross.sex": (_("Sex and ID number must agree."),),
    "cross.zero_report": (_("%(field)s must be 0 in a zero report. To give a figure, send an ordinary report."),),
    "invalid": (
        _("%(field)s: %(says)s"),
        _("%(field)s cannot be kept like this."),
    ),
    "constraint": (_("This contradicts something that is already on record."),),
    "field.unknown": (_("There is no field “%(field)s” here. Please take it out."),),
    "field.read_only": (_("%(field)s cannot be changed here."),),
    "field.retired": (
        _("%(field)s is no longer asked for since %(since)s and was not kept."),
        _("%(field)s is no longer asked for and was not kept."),
    ),
    "field.masked": (_("%(field)s must be given in full, without stars."),),
    "id.birth_date": (_("%(field)s must hold a possible date of birth. Please compare it with the document."),),
    "id.birth_mismatch": (_("%(field)s must be the day that the ID number says."),),
    "id.checksum": (_("One sign of %(field)s does not fit the others. Please compare it with the document."),),
    "id.format": (_("%(field)s must be written as on the document of this kind."),),
    "id.length": (
        _("%(field)s must have %(expected)s characters."),
        _("%(field)s must be complete."),
    ),
    "id.precision_lost": (_("A spreadsheet has changed the last digits of %(field)s. Please type it as text."),),
    "id.region": (_("%(field)s must begin with a region that exists. Please compare it with the document."),),
    "minor.guardian_notice": (
        _("For a child under %(age)s the guardian must be told first. Please tell them and record it."),
        _("For a child the guardian must be told. Please tell them and record it."),
    ),
    "person.ambiguous": (_("Several people have this name. Please give the ID number."),),
    "person.name_mismatch": (
        _("Name and ID number must belong to the same person on the register. Please compare them."),
    ),
    "person.left_roster": (_("This person is no longer on the roster."),),
    "person.off_roster": (_("This person was not on the register and has been added to the unit."),),
    "person.possible_match": (
        _("The register writes this name with other characters; it is taken as the same person. Please look again."),
    ),
    "phone.format": (_("%(field)s must be a phone number, such as 13800138000 or 010-12345678."),),
    "scope": (_("%(field)s is not there, or lies outside your duty."),),
    "role.ended": (_("Your duty here has ended."),),
    "token.scope": (_("This token may only read."),),
    "basis.required": (_("A basis with its document number must be given."),),
    "form.held_already": (
        _(
            "%(field)s is held already: %(where)s, fresh for %(fresh)s of %(of)s, the newest of %(newest)s."
            " Please take it from there."
        ),
        _("%(field)s is asked already: %(where)s. Please take it from there."),
        _("%(field)s is held already. Please take it from there."),
    ),
    "form.undecided": (
        _("%(field)s looks like “%(suggest)s”, which is held already. The burden officer decides whether it is."),
        _("%(field)s looks like something held already. The burden officer decides whether it is."),
    ),
    "form.nothing_asked": (_("Everything here is held already. There is nothing left to ask."),),
    "form.own_decision": (_("Somebody other than the proposer decides this."),),
    "form.bound": (_("%(field)s: a bound stands only at a number, and names another number of this form."),),
    "form.choices": (
        _("%(field)s: a choice needs %(low)s to %(high)s different choices; other fields have none."),
        _("%(field)s: a choice needs several different choices; other fields have none."),
    ),
    "form.cross_same": (_("%(field)s must divide by something else than the rows."),),
    "form.of_people": (_("%(field)s: this is held of each person, so it cannot be filled in for a unit."),),
    "form.kind_changed": (_("%(field)s must stay what it was in the earlier version, so that both add up."),),
    "form.not_yet": (
        _("The form is asked since %(since)s."),
        _("The form is not asked on this day."),
    ),
    "form.not_yours": (_("This form is not asked here."),),
    "form.code": (_("%(field)s must consist of small letters, digits and _, and begin with a letter."),),
    "flow.condition": (_("This step is not possible in the present state."),),
    "flow.condition:not_signed": (_("Please sign the day's report first. Copies are made from it."),),
    "flow.condition:answered_meanwhile": (
        _("%(who)s has dealt with this difference since you opened it. Nothing was kept; please look at it again."),
        _("This difference has changed since you opened it. Nothing was kept; please look at it again."),
    ),
    "flow.condition:held_already": (_("This recipient holds these figures already."),),
    "flow.condition:sign_correction": (
        _("A lower unit has corrected its figures. Please sign your corrected report first, then hand it over."),
    ),
    "font.missing": (_("PDF needs a font with Chinese characters, and this machine has none. Please choose XLSX."),),
    "flow.own_request": (_("Somebody else has to decide on one's own request."),),
    "version": (_("Somebody else has changed this meanwhile. Please look at the new state first."),),
    "unit.ambiguous": (_("Several units have this name. Please give the code."),),
    "unit.circular": (_("A unit cannot be placed under itself."),),
    "unit.closed": (_("This unit does not exist on that day."),),
    "unit.exists": (_("This code belongs to another unit. Please choose another code."),),
    "unit.has_children": (_("Units under this one must be closed or moved first."),),
    "unit.merged": (
        _("The unit has been merged into %(kept)s, which takes its reports now."),
        _("The unit has been merged into another, which takes its reports now."),
    ),
    "unit.not_reporting": (_("This unit only adds up what its lower units send. Please choose one of those."),),
    "account": (_("This entry was made by another account. Please sign in as that account to send it."),),
    "account.exists": (_("This account name is taken. Please choose another."),),
    "account.person_has_one": (_("This person has an account, or this account belongs to somebody already."),),
    "rules.invalid": (
        _("The parameters must make a whole set of rules: %(says)s"),
        _("The parameters must make a whole set of rules."),
    ),
    "period.closed": (
        _("This day was open until %(closed_at)s. Your entry stays with you; the duty officer can help."),
        _("This day is no longer open. Your entry stays with you; the duty officer can help."),
    ),
    "key.format": (
        _("%(field)s must have %(low)s to %(high)s visible ASCII characters."),
        _("%(field)s must consist of visible ASCII characters."),
    ),
    "key.reused": (_("Something else was sent under this key before. Please take a new key."),),
    "report.two_sources": (
        _("Somebody else has answered otherwise. Both answers are kept; the graver counts until it is settled."),
    ),
    "found_on_sync": (_("This was found when the devices were brought together. Please look at both entries."),),
    "same_passage": (_("This passage is on record already."),),
    "client.storage": (_("This device has no room left. Please send what is waiting before you go on."),),
    "device.withdrawn": (_("This device may no longer be used here. Please ask the administrator."),),
    "coverage.missing": (_("Some units or persons are not in this list. Please add them or say why."),),
    "list.stale": (_("The list on this device is too old. Please check by hand."),),
    "pass.direction": (_("This pass is not for this direction now. Please check by hand."),),
    "token.audience": (_("This pass is for another place."),),
    "token.claims": (_("This pass does not say all that a pass must say."),),
    "token.format": (_("This is not a pass of ours."),),
    "token.header": (_("This pass is not signed in a way we accept."),),
    "token.key": (_("This pass was signed by somebody we do not know."),),
    "token.not_yet": (_("This pass is not valid yet."),),
    "token.signature": (_("The signature of this pass does not fit it."),),
    "token.type": (_("This code is not a pass."),),
    "token.used": (_("This pass has been used already. Please ask for a fresh one."),),
    "message.fork": (_("Two different messages carry the same number. Please compare them with the sender."),),
    "message.form": (_("The form of this message is not known here."),),
    "message.gap": (_("A message before this one has not arrived yet."),),
    "message.key": (_("The key of this message is not known here."),),
    "message.person_data": (_("Only figures are taken here. Please leave persons out."),),
    "message.recipient": (_("This message is for another recipient."),),
    "message.signature": (_("The signature of this message does not fit it."),),
    "message.signer": (_("The signer may not send for this unit."),),
    "message.version": (_("This was filled in on another edition of the form. It is kept for that edition."),),
}
