"""The reference farm tells its thing models: what a model's devices observe, report and can be told to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import unknown
from .reference_data import MODELS

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "thing_model"


def mount(farm: Farm) -> None:
    """Serve the operation, and declare the kinds that the farm's models observe."""
    part = farm.parts[TOPIC] = ThingModels(farm)
    farm.serve("IF04", "GET", "/szxc/v1/device-models/{model}", part.read_model)
    farm.capability["kinds"] = part.kinds()


class ThingModels:
    """The models; a faulty farm tells them otherwise."""

    def __init__(self, farm: Farm) -> None:
        self.store = farm.platform.store

    def kinds(self) -> list[str]:
        """The kinds of all properties of all models, each once."""
        models = self.store.all(MODELS)
        return sorted({one["kind"] for model in models for one in model["properties"]})

    def read_model(self, call: Call) -> Answer:
        """One model."""
        model = self.store.get(MODELS, call.params["model"])
        if model is None:
            raise unknown("model")
        return demo.Answer(model)
