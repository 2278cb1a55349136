"""Stand-in for the package smolagents, which cannot be had here: the documented shape of its agents and steps."""
from dataclasses import dataclass, field


@dataclass
class TokenUsage:
    input_tokens: int
    output_tokens: int


@dataclass
class ToolCall:
    name: str
    arguments: object
    id: str


@dataclass
class ActionStep:
    step_number: int
    tool_calls: list = field(default_factory=list)
    observations: str = None
    error: Exception = None
    token_usage: TokenUsage = None


@dataclass
class FinalAnswerStep:
    output: object


class CodeAgent:
    def __init__(self, steps):
        self.steps = steps

    def run(self, task, stream=False):
        for step in self.steps(task):
            yield step
