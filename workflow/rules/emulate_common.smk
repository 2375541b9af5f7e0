# What the rules of the emulators share.
EMULATED = f"{RESULTS}/sweeps/{STUDY.emulate.sweep}"
EMULATOR = f"{RESULTS}/emulate/{{model}}"
WINDOWS = f"{RESULTS}/emulate/windows.zarr"


def emulated(wildcards):
    """The sweep that emulators learn from, their section, and the model, if it is about one."""
    model = [TRAININGS[wildcards.model]] if "model" in wildcards.keys() else []
    return STUDY.sweeps[STUDY.emulate.sweep], STUDY.emulate, *model, PLANS[STUDY.emulate.sweep].rows


def learning_metrics():
    """The scores of every training of the learning curves, a model once for each of its trainings."""
    return [
        (model, f"{RESULTS}/emulate/{training}/metrics.json")
        for model in (STUDY.emulate.learning.models if STUDY.emulate.learning else ())
        for training in TRAININGS
        if training == model or training.rpartition("_")[0] == model and TRAININGS[training].settings
    ]


DATA["emulate"] = {
    "store": f"{EMULATED}/store.zarr",
    "biomarkers": f"{EMULATED}/biomarkers.csv",
    "windows": WINDOWS,
    "models": named(f"{RESULTS}/emulate/{{}}/model", MODELS),
    "metrics": named(f"{RESULTS}/emulate/{{}}/metrics.json", MODELS),
    "predictions": named(f"{RESULTS}/emulate/{{}}/predictions.npz", MODELS),
    "scores": named(f"{RESULTS}/emulate/{{}}/scores.csv", MODELS),
    "learning_metrics": learning_metrics(),
    "model_names": MODELS,
}
STUDIED["emulate"] = emulated
if not STUDY.emulate.learning:
    NOT_DRAWN.add("learning")
if not any(model.network.name == "latent" for model in STUDY.emulate.models.values()):
    NOT_DRAWN.add("spread")
