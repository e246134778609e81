"""`/survey/<token>`: the public, anonymous page of a survey, and taking in its answers.

No cookie, no script, nothing from elsewhere. What a page answers is the same for everybody with the link; whatever is
posted gets a page in words. Links and redirects are relative, so that a proxy may serve us under any path.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from aiohttp import web
from babel.dates import format_date

from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Message
from bot.domain.survey import Question, read_answers
from bot.page_language import language_of
from bot.posted import TooLong
from bot.posted import posted as read_form
from bot.renderers.html import page, to_html, words
from bot.renderers.html_survey import Labels, survey_html
from bot.survey_limits import AnswerLimits, address_of
from bot.survey_words import WORDS, PageWords
from bot.web import SECURITY_HEADERS
from storage.db import UNAVAILABLE
from storage.survey_answers import PublicSurvey, SurveyAnswers

# Two long answers in any script, each character up to twelve bytes as a form encodes it, and the rest.
MAX_BODY = 64 * 1024  # bytes
_MOST_FIELDS = 50
_TOKEN = re.compile(r"[\w-]{16,60}", re.A)
_SUBMISSION = re.compile(r"[\w-]{16,40}", re.A)
_SUBMISSION_FIELD = "form"
_NOTICES = {"closed": 410, "missing": 404, "unreadable": 400, "too long": 413, "later": 503, "not saved": 503}


def add_survey_routes(application: web.Application, answers: SurveyAnswers, clock: Clock, composer: Composer) -> None:
    """Add /survey/<token> and its page of thanks."""
    pages = _SurveyPages(answers, clock, composer)
    application.router.add_get("/survey/{token}", pages.form)
    application.router.add_post("/survey/{token}", pages.send)
    application.router.add_get("/survey/{token}/thanks", pages.thanks)


class _SurveyPages:
    def __init__(self, answers: SurveyAnswers, clock: Clock, composer: Composer) -> None:
        self._answers, self._clock, self._composer = answers, clock, composer
        self._limits = AnswerLimits()

    async def form(self, request: web.Request) -> web.Response:
        """The empty form."""
        said = _words(request)
        return await self._with_survey(request, said, lambda survey: self._asking(survey, said, {}))

    async def thanks(self, request: web.Request) -> web.Response:
        """After the answers were stored; a reload stores nothing, and the link opens a fresh form."""
        said = _words(request)

        async def shown(survey: PublicSurvey) -> web.Response:
            message = self._composer.message(f"voice/page/thanks.{said.language}", organization=survey.organization)
            again = f'<p class="actions"><a class="button" href="../{_token(request)}?lang={said.language}">'
            more = f"{again}{words(said.again)}</a></p>" if survey.open else ""
            return _page(message, more, said)

        return await self._with_survey(request, said, shown, closed_too=True)

    async def send(self, request: web.Request) -> web.Response:
        """Store what was sent, or show it again with what is wrong."""
        said = _words(request)
        try:
            posted = await read_form(request, MAX_BODY, _MOST_FIELDS)
        except TooLong:
            return self._notice("too long", said)
        except ValueError:
            return self._notice("unreadable", said)
        store = partial(self._store, request, said, posted)
        return await self._with_survey(request, said, store, posted=posted)

    async def _store(
        self, request: web.Request, said: PageWords, posted: Mapping[str, str], survey: PublicSurvey
    ) -> web.Response:
        submission = posted.get(_SUBMISSION_FIELD, "")
        if not _SUBMISSION.fullmatch(submission):
            return self._notice("unreadable", said)
        given, found = read_answers(survey.questions, posted)
        if found:
            faults = {name: said.faults[fault] for name, fault in found.items()}
            return await self._asking(survey, said, given, faults, submission, status=422)
        at, token = self._clock.read(), _token(request)
        if not self._limits.take(token, address_of(request.remote or "", _forwarded(request)), at):
            return await self._asking(survey, said, given, {"": said.crowded}, submission, status=429)
        try:
            outcome = await asyncio.to_thread(self._answers.answer, token, submission, given, at)
        except UNAVAILABLE:
            return await self._asking(survey, said, given, {"": said.not_saved}, submission, status=503)
        match outcome:
            case "closed":
                return self._notice("closed", said)
            case "other":
                return await self._asking(survey, said, given, {"": said.other_answers}, status=409)
        to = f"{token}/thanks?lang={said.language}"
        return web.Response(status=303, headers={**SECURITY_HEADERS, "Location": to})

    async def _with_survey(
        self,
        request: web.Request,
        said: PageWords,
        then: Callable[[PublicSurvey], Awaitable[web.Response]],
        *,
        closed_too: bool = False,
        posted: Mapping[str, str] | None = None,
    ) -> web.Response:
        """`then` with the survey the address names, or a page that says why not; `posted` is kept on it to be sent
        again where the database does not answer."""
        token = _token(request)
        if not _TOKEN.fullmatch(token):
            return self._notice("missing", said)
        try:
            survey = await asyncio.to_thread(self._answers.find, token, self._clock.read())
        except UNAVAILABLE:
            if posted is None:
                return self._notice("later", said)
            again = Form("", "", (), said.send, tuple(posted.items()))
            return self._notice("not saved", said, survey_html(again, {}, {}, _labels(said)))
        if survey is None:
            return self._notice("missing", said)
        return await then(survey) if survey.open or closed_too else self._notice("closed", said)

    async def _asking(
        self,
        survey: PublicSurvey,
        said: PageWords,
        given: Mapping[str, str],
        faults: Mapping[str, str] | None = None,
        submission: str = "",
        status: int = 200,
    ) -> web.Response:
        """The form with what is filled in. `submission`: the id of the form it goes on from; a new one without."""
        closes = format_date(survey.closes_on, "long", locale=said.language)
        intro = f"voice/page/intro.{said.language}"
        message = self._composer.message(intro, organization=survey.organization, closes=closes)
        fields = tuple(_field(question, said) for question in survey.questions)
        hidden = ((_SUBMISSION_FIELD, submission or secrets.token_urlsafe(18)),)
        form = Form(message.short(), "", fields, said.send, hidden)
        body = survey_html(form, given, faults or {}, _labels(said))
        return _page(message, body, said, status, failed=bool(faults))

    def _notice(self, kind: str, said: PageWords, more: str = "") -> web.Response:
        message = self._composer.message(f"voice/page/notice.{said.language}", kind=kind)
        return _page(message, more, said, _NOTICES[kind])


def _page(message: Message, more: str, said: PageWords, status: int = 200, *, failed: bool = False) -> web.Response:
    """A whole page: the way to the other language, the message, then `more` (HTML)."""
    other = said.other_language
    link = f'<a href="?lang={other}" lang="{other}" hreflang="{other}">{words(said.other)}</a>'
    title = f"{said.error}: {message.short()}" if failed else message.short()
    nonce = secrets.token_urlsafe(16)
    body = f'<nav class="languages">{link}</nav>\n{to_html(message)}\n{more}'
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        **SECURITY_HEADERS,
        "Content-Security-Policy": policy,
        "Content-Language": said.language,
        "Content-Type": "text/html; charset=utf-8",
    }
    html = page(title, body, said.language, nonce, look="survey.css")
    return web.Response(body=html.encode(), status=status, headers=headers)


def _field(question: Question, said: PageWords) -> Field:
    label = question.es if said.language == "es" else question.en
    if not question.choices:
        return Field(question.name, label, "long", optional=True, hint=said.own_words)
    options = (Option(one.value, one.es if said.language == "es" else one.en) for one in question.choices)
    return Field(question.name, label, "select", tuple(options), optional=True)


def _labels(said: PageWords) -> Labels:
    return Labels(said.no_answer, said.not_sent)


def _words(request: web.Request) -> PageWords:
    return WORDS[language_of(request.query.get("lang", ""), request.headers.get("Accept-Language", ""))]


def _token(request: web.Request) -> str:
    return request.match_info["token"]


def _forwarded(request: web.Request) -> str:
    return ",".join(request.headers.getall("X-Forwarded-For", ()))
