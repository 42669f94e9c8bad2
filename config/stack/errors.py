"""The errors that end a command with a message for the person at the terminal."""

from __future__ import annotations


class StackError(Exception):
    """A command cannot go on. The text says, in Vietnamese, what is wrong and what to do."""

    exit_code = 1


class MustInstall(StackError):
    """Something is missing that only the machine's administrator can provide."""

    exit_code = 2


class PortTaken(StackError):
    """The port that the person asked for belongs to another program."""

    exit_code = 2
