"""Strict reading of requests (请求读取): type, size, language, query and JSON, before anything of them is believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation

from lianfang.domain.parsing.envelope import load_json
from lianfang.domain.parsing.text import one_line, shown_name
from lianfang.domain.refusals import Problem, Refused

LARGEST_BODY = 10 * 2**20  # bytes of a JSON body
LARGEST_UPLOAD = 21 * 2**20  # bytes of a form with its file
LONGEST_QUERY = 4_000  # characters of everything after the question mark
LONGEST_VALUE = 200  # characters of one value in it

LANGUAGES: Mapping[str, str] = {"zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "en": "en"}
_ORDERS = frozenset({"order", "ordering", "order_by", "sort", "sort_by"})
_PAGES = frozenset({"page", "page_size", "offset", "limit"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def language_of(request: HttpRequest) -> str:
    """The reader's language: `?lang=`, else what the browser or program asks for."""
    return LANGUAGES.get(request.GET.get("lang", "").lower(), translation.get_language() or "en")


class _Forgery(CsrfViewMiddleware):
    """Django's check, giving its reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:  # noqa: ARG002  Django names it
        return reason


def check_forgery(request: HttpRequest) -> None:
    """Refuse (`session`) what a foreign page could have sent with the cookies of somebody signed in.

    Our pages always send the token, so where there is none a program is told what it lacks (reason `no_header`).
    """
    if request.method in _SAFE:
        return
    check = _Forgery(lambda _: HttpResponse())
    check.process_request(request)
    with _plainly_refused():
        forged = check.process_view(request, lambda _: HttpResponse(), (), {})
        sent = "X-CSRFToken" in request.headers or "csrfmiddlewaretoken" in request.POST
    if forged is not None and sent:
        raise Refused("session")
    if forged is not None:
        raise Refused("session", reason="no_header")


@contextmanager
def _plainly_refused() -> Iterator[None]:
    """Django's refusals of a form's shape, said in the one way to refuse."""
    try:
        yield
    except MultiPartParserError:
        raise Refused("content_type", expected="multipart/form-data") from None
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        raise Refused("body.too_large", limit=LARGEST_UPLOAD) from None
    except UnreadablePostError:
        raise Refused("http.framing") from None


def read_json(request: HttpRequest) -> Any:
    """The JSON value of the body. Refused: `content_type`, `body.too_large`, `http.framing`, those of `load_json`."""
    _check_type(request)
    declared = _declared_length(request)
    if declared > LARGEST_BODY:
        raise Refused("body.too_large", limit=LARGEST_BODY)
    with _plainly_refused():
        body = request.read(LARGEST_BODY + 1)
    if len(body) < declared:
        raise Refused("http.framing")
    value = load_json(body, max_bytes=LARGEST_BODY)
    if b"\\u0000" in body:  # only an escape can bring one in, and no text of ours holds one
        _refuse_nul(value, "")
    return value


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; another value is refused with `type`."""
    value = read_json(request)
    if not isinstance(value, dict):
        raise Refused("type", expected="object")
    return value


def _check_type(request: HttpRequest) -> None:
    # Forms of other sites can send other types without asking the browser (RA-131).
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    packed = request.headers.get("Content-Encoding", "identity").lower()
    if request.content_type != "application/json" or charset not in ("utf-8", "utf8") or packed != "identity":
        raise Refused("content_type", expected="application/json")


def _declared_length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    if not text.isascii() or not text.isdigit():
        raise Refused("http.framing")
    return int(text)


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise Refused("text.control_character", path)
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_nul(name, path)
            _refuse_nul(member, f"{path}.{shown_name(name)}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_nul(item, f"{path}[{index}]")


def read_upload(request: HttpRequest) -> tuple[dict[str, str], str, bytes]:
    """The fields of a multipart form, and its one file, `file`: name and content.

    Refused: `content_type`, `body.too_large`, `required`, `field.unknown`.
    """
    if request.content_type != "multipart/form-data" or not (request.content_params or {}).get("boundary"):
        raise Refused("content_type", expected="multipart/form-data")
    if _declared_length(request) > LARGEST_UPLOAD:
        raise Refused("body.too_large", limit=LARGEST_UPLOAD)
    with _plainly_refused():
        fields, files = request.POST.dict(), request.FILES
    if extra := [name for name in files if name != "file"]:
        raise Refused([Problem("field.unknown", shown_name(name)) for name in extra])
    sent = files.get("file")
    if sent is None or isinstance(sent, list):
        raise Refused("required", "file")
    fields.pop("csrfmiddlewaretoken", None)
    return {str(name): str(value) for name, value in fields.items()}, sent.name or "", sent.read()


def read_query(request: HttpRequest, known: Iterable[str]) -> dict[str, str]:
    """The parameters after the question mark, each once, without `lang`.

    Refused: `limit`, `filter.unknown`, `order.unknown`, `page.invalid`, `choice.duplicate`, `text.control_character`.
    """
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        raise Refused("limit", high=LONGEST_QUERY)
    allowed = {*known, "lang"}
    problems = [_unknown(name) for name in request.GET if name not in allowed]
    problems += [Problem("choice.duplicate", name) for name, values in request.GET.lists() if len(values) > 1]
    if request.GET.get("lang", "en").lower() not in LANGUAGES:
        problems.append(Problem("choice.unknown", "lang"))
    if problems:
        raise Refused(problems)
    given = {name: one_line(value, name, max_length=LONGEST_VALUE) for name, value in request.GET.items()}
    return {name: value for name, value in given.items() if name != "lang"}


def _unknown(name: str) -> Problem:
    code = "order.unknown" if name in _ORDERS else "page.invalid" if name in _PAGES else "filter.unknown"
    return Problem(code, shown_name(name))
