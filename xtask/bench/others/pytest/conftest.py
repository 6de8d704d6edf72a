"""Writes what Gradescope takes: results.json, with the weights of gradescope-utils as points."""

import json
import os

import pytest

RESULTS = pytest.StashKey()


def pytest_configure(config):
    config.stash[RESULTS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        test, weight = item.obj, getattr(item.obj, "__weight__", 1)
        item.config.stash[RESULTS].append(
            {
                "name": test.__doc__,
                "number": getattr(test, "__number__", None),
                "status": report.outcome,
                "score": weight if report.passed else 0,
                "max_score": weight,
                "output": report.longreprtext,
            }
        )
    return report


def pytest_sessionfinish(session):
    with open(os.environ["RESULTS"], "w", encoding="utf-8") as file:
        json.dump({"tests": session.config.stash[RESULTS]}, file)
