"""The suite's mutants: the reference platform with one fault each, by name."""

from __future__ import annotations

from pytest_szxc import reference as demo

from . import mutants_answers, mutants_catalogue, mutants_changes, mutants_edges, mutants_grading, mutants_personal

MUTANTS = demo.Mutants()
for part in (mutants_catalogue, mutants_grading, mutants_personal, mutants_changes, mutants_answers, mutants_edges):
    for name, mutant in part.MUTANTS.items():
        MUTANTS.add(name, mutant.title.zh, mutant.title.en)(mutant.apply)
