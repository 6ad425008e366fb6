"""Fakes of what course staff do to learners' scores and state from the instructor dashboard.

lms/djangoapps/instructor_task/tasks_helper/module_state.py and api_helper.py (e57a655), and
lms/djangoapps/instructor/enrollment.py (5af5f01). There is no request in a task.
"""

import json

from xblock.scorable import Score

from .services import change_score

SUCCEEDED, SKIPPED = "succeeded", "skipped"


def _block(course, key, learner):
    return course.block(key, learner, staff=False)


def rescore(course, key, learner, *, only_if_higher=False):
    """As rescore_problem_module_state. What it does not know as a problem's own error fails the task."""
    if not hasattr(course.collected(key), "rescore"):
        raise NotImplementedError("This component cannot be rescored.")
    block = _block(course, key, learner)
    if not block.has_submitted_answer():
        return SKIPPED
    block.rescore(only_if_higher=only_if_higher)
    block.save()
    return SUCCEEDED


def override(course, key, learner, score):
    """As override_score_module_state: the score and the maximum are divided by the weight."""
    checked = course.collected(key)
    if not hasattr(type(checked), "set_score"):
        raise NotImplementedError("This component does not support score override.")
    if not 0 <= score <= checked.max_score():
        raise ValueError("Scores must be between 0 and the value of the problem.")
    block = _block(course, key, learner)
    weight = block.weight if block.weight is not None else 1
    if weight == 0:
        raise ValueError("Scores cannot be overridden for a problem that has a weight of zero.")
    block.set_score(Score(raw_earned=score / weight, raw_possible=block.max_score() / weight))
    block.publish_grade()
    block.save()
    return SUCCEEDED


def delete_state(course, key, learner):
    """As reset_student_attempts with delete_module: the row goes, the score is told as 0 and deleted."""
    block = course.collected(key)
    clear = getattr(block, "clear_student_state", None)
    if callable(clear):
        clear(user_id="anonymous", course_id=str(course.key), item_id=str(key), requesting_user_id="staff")
    del course.modules[learner.pk, key]
    if block.has_score and block.max_score() is not None:
        change_score(course, learner, block, 0, block.max_score(), deleted=True)


def reset_attempts(course, key, learner):
    """As reset_student_attempts without delete_module: it writes what a CAPA problem would keep."""
    row = course.modules[learner.pk, key]
    state = json.loads(row.state)
    state |= {
        "attempts": 0, "score_history": [], "correct_map_history": [], "student_answers_history": []
    }  # fmt: skip
    row.state = json.dumps(state)
