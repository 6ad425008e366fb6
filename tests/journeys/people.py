"""People at their browsers: what they press and read, on either site."""

import re
import time
from dataclasses import dataclass
from typing import Any

from xblocks.competency.items import Item

from .keys import Step, right_answer

# Units are complete when they have been in view for five seconds.
READING_TIME_MS = 6000
READING_SECONDS = 120  # of the test's own clock, for a server that is busy
# An assessment whose script is at work: before, its buttons are there and do nothing.
BEGUN = ".kapasitas-assessment[data-begun]"


def sign_in(page: Any, address: str, user: str) -> None:
    """Sign in with a demo account."""
    page.goto(address)
    page.get_by_label("Nama pengguna").fill(user)
    page.get_by_label("Sandi").fill("demo")
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("button", name="Keluar").wait_for()


@dataclass(slots=True)
class Learner:
    """An official in the course, who knows the answers."""

    page: Any
    items: dict[str, Item]

    def work_through(self) -> int:
        """Go from the first unit to the last by the Next button; returns the number of units."""
        units = 0
        while True:
            units += 1
            self.read()
            for problem in self.page.locator(".problems-wrapper").all():
                self.try_problem(problem)
            for place in range(self.page.locator(".kapasitas-assessment").count()):
                self.page.locator(BEGUN).nth(place).wait_for()
                self.take(self.page.locator(".kapasitas-assessment").nth(place))
            following = self.page.locator("a[rel=next]")
            if not following.count():
                return units
            following.click()
            self.page.wait_for_load_state("networkidle")

    def read(self) -> None:
        """Scroll to the end of each part, and have it in view long enough to count as read."""
        unread = self.page.locator("[data-viewed-url]")
        end = time.monotonic() + READING_SECONDS
        while time.monotonic() < end:
            if not unread.count():
                return
            unread.evaluate_all("parts => parts[0]?.scrollIntoView({block: 'end'})")
            self.page.clock.run_for(READING_TIME_MS)
            # The page's clock has jumped; what it shows and what the server answers take real time.
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.page.title()} does not count as read")

    def try_problem(self, problem: Any) -> None:
        """Answer a problem of the platform's own block, somehow."""
        problem.locator("input[type=radio]").first.check()
        problem.locator("button.submit").click()
        problem.locator(".notification, .status").first.wait_for()

    def take(self, assessment: Any) -> None:
        """Start the assessment, answer every item rightly, and submit."""
        assessment.locator("[data-action=start]").click()
        assessment.locator("[data-item]").first.wait_for()
        for key in assessment.locator("[data-item]").evaluate_all("all => all.map(one => one.dataset.item)"):
            self.answer(assessment.locator(f'[data-item="{key}"]'), right_answer(self.items[key]))
        assessment.locator("[data-action=submit]").click()
        assessment.locator(".ka-result").wait_for()

    def answer(self, item: Any, steps: list[Step]) -> None:
        """Do the steps, then see that the answer is saved."""
        for step in steps:
            if step.act == "tick":
                item.locator(f'input[data-part="{step.part}"]').check()
            elif step.act == "fill":
                item.locator(f'input[data-part="{step.part}"]').fill(step.value)
            elif step.act == "rate":
                item.locator(f'input[data-part="{step.part}"][value="{step.value}"]').check()
            else:
                # A label may go on after these words, but one that ends with them comes first.
                exact = item.get_by_label(step.part, exact=True)
                listed = exact if exact.count() else item.get_by_label(re.compile(re.escape(step.part)))
                listed.select_option(label=step.value)
        self.page.clock.run_for(1000)
        check = item.locator("[data-action=check]")
        if check.count():
            check.click()
            item.locator(".ka-feedback").first.wait_for()
        else:
            item.locator("[data-status]", has_text=re.compile("Terkirim|Sent")).wait_for()
