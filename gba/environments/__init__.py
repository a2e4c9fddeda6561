"""Environments: tasks for an agent, the tools to do them with, and a judge that gives each run a reward."""

from gba.environments.base import Act, Environment, EnvironmentFailure, Split, Task, World
from gba.environments.known import NAMES, environment

__all__ = ["NAMES", "Act", "Environment", "EnvironmentFailure", "Split", "Task", "World", "environment"]
