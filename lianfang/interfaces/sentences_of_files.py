"""What is said of files and requests (文件与请求提示语), by code.

A sentence says what should be, without blame. The first whose facts are all there is the one that is said; a code with
a colon is said where the facts give that reason. The Chinese is in `wording_zh.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_REQUESTS: Mapping[str, tuple[Any, ...]] = {
    "cell.error": (_("%(field)s holds an error of the spreadsheet. Please put the value in."),),
    "cell.formula": (
        _("%(field)s holds formulas (%(cells)s cells). Their last results were read. Please look at them."),
        _("%(field)s holds a formula without a result. Please put the value in."),
    ),
    "cell.merged": (_("%(field)s is merged with other cells. Please take the merge apart."),),
    "csv.delimiter": (_("The columns must be separated by commas."),),
    "csv.header": (
        _("Lines above the header were passed over: %(rows_above)s."),
        _("The header must name the columns."),
    ),
    "csv.quote": (_("A quotation mark is open in this row. Please close it."),),
    "csv.truncated": (_("The file ends in the middle of a row. Please save and send it again."),),
    "encoding": (_("The text must be in UTF-8 or GB18030. Please save the file again."),),
    "file.damaged": (_("The file is damaged. Please save it again and send that."),),
    "file.empty": (_("The file is empty."),),
    "file.hidden_columns": (
        _("Hidden columns were read too: %(columns)s."),
        _("Hidden columns were read too."),
    ),
    "file.hidden_rows": (
        _("Hidden rows were read too: %(rows)s."),
        _("Hidden rows were read too."),
    ),
    "file.hidden_sheet": (
        _("Hidden sheets were not read: %(sheets)s. Read was %(read)s."),
        _("Hidden sheets were not read."),
    ),
    "file.other_sheets": (
        _("Other sheets were not read: %(sheets)s. Read was %(read)s."),
        _("Other sheets were not read."),
    ),
    "file.name": (_("The name of the file must be plain text. Please rename it."),),
    "file.no_rows": (_("The file has no row under its header. An empty table is not a zero report."),),
    "file.structure": (_("The file is not built as a workbook is. Please save it anew in your spreadsheet program."),),
    "file.too_large": (
        _("The file may have at most %(most_mib)s MiB. Please divide it."),
        _("A workbook holds at most %(most_rows)s rows. Please take %(instead)s."),
        _("The file may have at most %(most_rows)s rows. Please divide it."),
        _("The file may have at most %(most_columns)s columns."),
        _("One cell may have at most %(most_characters)s characters."),
        _("The file takes too long to read. Please divide it."),
    ),
    "file.type": (_("The file must be a table: CSV, XLSX or NDJSON."),),
    "file.type:encrypted": (_("The file is locked with a password. Please save it without one."),),
    "file.type:web_page": (_("The file is a web page named as a table. Please save it as XLSX."),),
    "image.too_large": (_("The picture must have fewer pixels. Please make it smaller."),),
    "header.duplicate": (_("%(field)s stands twice in the header. Please keep one."),),
    "header.unknown": (_("The column %(field)s is not known and is not kept."),),
    "row.columns": (
        _("This row must have %(expected)s cells, as the header; it has %(columns)s."),
        _("This row must have as many cells as the header."),
    ),
    "row.conflict": (
        _("Row %(first_row)s says something else of the same. Please keep one."),
        _("Another row says something else of the same. Please keep one."),
    ),
    "row.duplicate": (
        _("Row %(first_row)s says the same already. Please keep one."),
        _("This is on record already."),
    ),
    "row.is_header": (_("This row is the header again. Please take it out."),),
    "row.not_data": (_("This row is a sum, a remark or a signature. Please take it out."),),
    "row.unreadable": (_("This row cannot be read. The reasons of the first thousand rows are given."),),
    "list.total": (
        _("The list has %(got)s rows and its control total says %(expected)s. Nothing of it was kept."),
        _("The number of rows and the control total of the list differ. Nothing of it was kept."),
    ),
    "list.names_nobody": (_("This row names nobody: it needs a number, a name or a phone."),),
    "list.unit_unknown": (_("The unit of this row is not one of the agreement. Please give its code."),),
    "list.none": (_("There is no stored list of this side yet (%(field)s). Please bring it in first."),),
    "agreement.outside": (_("The column %(field)s is not agreed upon. Nothing was kept. Please send without it."),),
    "agreement.not_in_force": (_("The agreement is not in force on that day."),),
    "agreement.names_nobody": (_("An agreement needs a field that names people: number, name or phone."),),
    "not_yet": (_("This is not offered in this release."),),
    "demo.not_empty": (_("There is data in this installation. A demonstration needs an empty one."),),
    "body.too_large": (
        _("This is more than one sending may hold: %(limit)s. Please divide it."),
        _("This is more than one sending may hold. Please divide it."),
    ),
    "content_type": (
        _("The content type must be %(expected)s, in UTF-8."),
        _("The content type must be another one."),
    ),
    "json.malformed": (
        _("The body must be JSON. See line %(line)s, column %(at)s."),
        _("The body must be JSON (RFC 8259)."),
    ),
    "json.malformed:duplicate": (_("%(field)s must be given once."),),
    "json.malformed:number": (_("%(field)s must be an ordinary number."),),
    "json.too_deep": (
        _("The body may be nested at most %(high)s deep."),
        _("The body is nested too deep."),
    ),
    "http.framing": (_("The request came incomplete. Please send it again."),),
    "http.header_size": (_("The headers of the request must be shorter."),),
    "http.method": (
        _("This is not offered here. Offered: %(allowed)s."),
        _("This is not offered here."),
    ),
    "http.slow": (_("The request came too slowly. Please send it again."),),
    "limit": (
        _("At most %(high)s are taken at once."),
        _("This is too much at once."),
    ),
    "rate": (_("Too many requests in a short time. Please wait a little."),),
    "quota": (_("The room for today is used up."),),
    "not_found": (_("There is nothing at this address."),),
    "cursor.invalid": (_("This page cannot be continued. Please begin again from the first page."),),
    "filter.unknown": (_("There is no filter “%(field)s” here."),),
    "order.unknown": (_("This list has one order; %(field)s cannot change it."),),
    "page.invalid": (
        _("A page must have between %(low)s and %(high)s rows (%(field)s)."),
        _("Pages are asked for by cursor and size, not by “%(field)s”."),
    ),
    "range.too_wide": (
        _("A range may have at most %(high)s days."),
        _("The range must be narrower."),
    ),
    "pattern.automation": (_("So many alike answers in a short time look like a program. They are kept and marked."),),
    "small_cell": (_("Counts this small are not published."),),
    "url.not_allowed": (_("This address may not be called from here."),),
    "login": (_("Please sign in."),),
    "session:no_header": (
        _(
            "The header X-CSRFToken is missing. With a session cookie, send the value of the cookie csrftoken in it; a "
            "program sends Authorization: Bearer with a token instead."
        ),
    ),
    "session": (_("The page was open too long. Please load it again and send; your entry stays."),),
    "otp": (_("This one-time code has been used or has ended. Please take the next."),),
    "failed": (_("Something failed here. The fault is ours and has been recorded."),),
    "unavailable": (_("Not saved. Your entry is safe; please try again shortly."),),
}
