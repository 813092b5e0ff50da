"""Running a Hypothesis state machine as a test."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def prove(machine: type[RuleBasedStateMachine], *, examples: int, steps: int, **given: Any) -> None:
    """Run a machine that finds what it works on in the attributes `given`."""
    run_state_machine_as_test(
        type(f"{machine.__name__}OnThis", (machine,), given),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
