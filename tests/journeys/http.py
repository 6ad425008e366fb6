"""A learner without a browser: the same requests that the pages' scripts send."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests
from lxml import html

from xblocks.competency.items import Item

from .keys import Step, right_answer

TIMEOUT = 30


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def opening_form(page: str, title: str) -> Any:
    """The form of SIMPEG's page that opens the course."""
    button = html.fromstring(page).xpath("//form//button[contains(@aria-label, $title)]", title=title)[0]
    return next(button.iterancestors("form"))


@dataclass(slots=True)
class HttpLearner:
    """A learner signed in by ``session``, who knows the answers."""

    session: requests.Session
    items: dict[str, Item]
    visited: set[str] = field(default_factory=set)

    def work_through(self, outline: requests.Response) -> int:
        """Visit every unit that the outline links to and do what it asks; returns their number."""
        page = html.fromstring(outline.text, base_url=outline.url)
        units = dict.fromkeys(link for link in page.xpath("//main//a/@href") if link.endswith("/unit/"))
        for unit in units:
            self.visit(urljoin(outline.url, unit))
        return len(units)

    def visit(self, url: str) -> None:
        reply = self.session.get(url, timeout=TIMEOUT)
        reply.raise_for_status()
        page = html.fromstring(reply.text)
        for viewed in page.xpath("//@data-viewed-url"):
            self.post(urljoin(url, viewed))
        for problem in page.xpath("//*[contains(@class, 'problems-wrapper')]/@data-url"):
            self.try_problem(urljoin(url, problem))
        for assessment in page.cssselect(".kapasitas-assessment"):
            self.take(
                {
                    name: urljoin(url, assessment.get(f"data-url-{name}"))
                    for name in ("start", "answer", "submit")
                }
            )

    def post(self, url: str, **content: Any) -> requests.Response:
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", path="/") or "", "Referer": url}
        reply = self.session.post(url, headers=headers, timeout=TIMEOUT, **content)
        assert reply.ok, (url, reply.status_code, reply.text[:300])
        return reply

    def try_problem(self, url: str) -> None:
        shown = html.fromstring(self.post(f"{url}/problem_get").json()["html"])
        choice = shown.xpath("//input[@type='radio']")[0]
        assert self.post(f"{url}/problem_check", data={choice.get("name"): choice.get("value")}).json()[
            "success"
        ]

    def take(self, urls: dict[str, str]) -> None:
        page = html.fromstring(self.post(urls["start"], json={}).json()["html"])
        for item in page.xpath("//*[@data-item]"):
            answer = {
                "item": item.get("data-item"),
                "response": {
                    item.get("data-field"): response(item, right_answer(self.items[item.get("data-item")]))
                },
                "uuid": str(uuid.uuid4()),
            }
            assert self.post(urls["answer"], json=answer).json()["complete"]
        submitted = self.post(urls["submit"], json={}).json()["html"]
        assert "ka-result" in submitted


def response(item: Any, steps: list[Step]) -> Any:
    """The response that the page's script would read off the controls after the steps."""
    if item.get("data-field") == "chosen":
        return [step.part for step in steps]
    if item.get("data-field") == "text":
        return steps[0].value
    return dict(value for step in steps for value in controls(item, step))


def controls(item: Any, step: Step) -> Iterator[tuple[str, Any]]:
    if step.act == "rate":
        yield step.part, int(step.value)
    elif step.act == "fill":
        yield step.part, step.value
    else:
        (label,) = [one for one in item.xpath(".//label") if step.part in words(one)]
        select = label.find(".//select")
        if select is None:
            (select,) = item.xpath(f".//select[@id='{label.get('for')}']")
        (option,) = [one for one in select.iter("option") if words(one) == step.value]
        value = option.get("value")
        yield select.get("data-part"), value if item.get("data-field") == "matches" else int(value)


def posted_form(page: str) -> tuple[str, dict[str, str]]:
    """Action and fields of the form that a platform posts by script."""
    (form,) = [
        form for form in html.fromstring(page).forms if {"id_token", "lti_message_hint"} & {*form.fields}
    ]
    return str(form.action), {name: value for name, value in form.fields.items() if name}
