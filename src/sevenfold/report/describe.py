"""Settings, networks, machines and records in words."""

from sevenfold.report.folder import Json
from sevenfold.report.numbers import count, listed, moment, short, whole

OPTIMIZERS = {
    "sgd": "stochastic gradient descent",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
METHODS = {
    "holdout": "hold-out",
    "kfold": "K-fold cross-validation",
    "iterated-kfold": "iterated K-fold",
}


def machine(description: Json) -> str:
    """The computer in words.

    >>> fields = {"processor": "AMD EPYC", "architecture": "x86_64", "cores": 2}
    >>> machine({**fields, "system": "Linux"})
    'an AMD EPYC with two cores (Linux, x86_64)'
    """
    name = description["processor"] or "unnamed processor"
    article = "an" if name[0].lower() in "aeiou" else "a"
    cores = count(description["cores"], "core")
    return f"{article} {name} with {cores} ({description['system']}, {description['architecture']})"


def network(spec: Json) -> str:
    """A network in words."""
    hidden = spec["hidden"]
    if not hidden:
        return "no hidden layer"
    units = (
        f"{whole(hidden[0])} units"
        if len(set(hidden)) == 1
        else f"{listed([whole(h) for h in hidden])} units"
    )
    each = " each" if len(hidden) > 1 and len(set(hidden)) == 1 else ""
    return f"{count(len(hidden), 'hidden layer')} of {units.replace(' units', ' ReLU units')}{each}"


def regularization(spec: Json) -> str:
    """Dropout, penalties and norms of a network, or that it has none."""
    parts = []
    if spec["input_dropout"]:
        parts.append(f"dropout {short(spec['input_dropout'])} on the pixels")
    if spec["hidden_dropout"]:
        parts.append(f"dropout {short(spec['hidden_dropout'])} after each hidden layer")
    parts += [f"{name.upper()} penalty {short(spec[name])}" for name in ("l1", "l2") if spec[name]]
    if spec["max_norm"]:
        parts.append(f"norm of incoming weights at most {short(spec['max_norm'])}")
    return listed(parts) if parts else "neither dropout nor penalties"


def training(settings: Json) -> str:
    """Optimizer, rate, schedule, batch size and the rest, in words."""
    parts = [
        f"{OPTIMIZERS[settings['optimizer']]} at a learning rate of"
        f" {short(settings['learning_rate'])}"
    ]
    if settings["schedule"] != "constant":
        parts.append(f"{settings['schedule']} schedule")
    if settings["label_smoothing"]:
        parts.append(f"label smoothing {short(settings['label_smoothing'])}")
    if settings["distortion"]:
        parts.append(
            f"every image distorted anew in every epoch at {short(settings['distortion'])} of the"
            " full dose"
        )
    if settings.get("hard_examples"):
        parts.append(
            f"{short(100 * settings['hard_examples'])} % of all visits in proportion to how hard an"
            " example is"
        )
    return ", ".join([*parts, f"in batches of {settings['batch_size']}"])


def dose(settings: Json, field_rms: float) -> str:
    """How strongly a training distorts its images, in words; `field_rms` is that of its
    elastic field, in pixels.
    """
    fades = settings["n_epochs"] * settings["distortion_fade"] > 1
    share, warp = settings["distortion"], settings["warp"]
    bounds = [
        f"a rotation of up to {short(share * warp['rotation'])}°"
        + (
            f" ({short(share * warp['narrow_rotation'])}° for {narrow})"
            if (narrow := " and ".join(str(label) for label in warp["narrow_labels"]))
            else ""
        ),
        f"a shear of up to {short(share * warp['shear'])}",
        f"a stretch of up to {short(100 * share * warp['scale'])} % along each axis",
        f"a shift of up to {short(share * warp['shift'])} pixels",
        (
            f"an elastic field of {short(field_rms)} pixels root mean square (cubic B-splines on"
            f" {warp['cells']} × {warp['cells']} cells)"
        ),
    ]
    fading = (
        f", falling towards half of that over the last {short(100 * settings['distortion_fade'])} %"
        " of the epochs"
    )
    return f"{listed(bounds)}{fading if fades else ''}"


def origin(provenance: Json) -> str:
    """Where the digits were read from."""
    source: str = provenance["source"]
    return "the folder that SEVENFOLD_DATA names" if source == "SEVENFOLD_DATA" else source


def repeats(protocol: Json, n: int, unsearched: bool = False) -> str:
    """What a spread over n repeats is over: seeds, or seeds in every round of iterated
    K-fold (or in all but the searched one).
    """
    rounds = protocol["n_rounds"] - (unsearched and protocol["n_rounds"] > 1)
    if rounds == 1 or n % rounds:
        return count(n, "seed")
    return (
        f"{count(n, 'repeat')} ({count(n // rounds, 'seed')} in each of {count(rounds, 'round')})"
    )


def scored_on(protocol: Json) -> str:
    """Which digits a validation accuracy counts."""
    n = whole(protocol["n_scored"])
    if protocol["method"] == "holdout":
        return f"the {n} validation digits"
    return f"all {n} development digits, each predicted by a network that was not trained on it"


def protocol_choice(protocol: Json) -> str:
    """Which protocol was taken, and why."""
    name = METHODS[protocol["method"]]
    if "was asked for" in protocol["reason"]:
        return f"The choice is {name}, because the settings ask for it; the rule was not applied."
    return f"The choice is {name}: {protocol['reason']}."


def remedy(change: str) -> str:
    """What a remedy changes, without the places that the caption names.

    >>> remedy("half the units in each hidden layer")
    'half the units'
    """
    for place in (" after each hidden layer", " in each hidden layer", " on every kernel"):
        change = change.removesuffix(place)
    return change


def errors(n: int) -> str:
    """How many errors; `no error at all` for none.

    >>> errors(0), errors(1), errors(49)
    ('no error at all', 'one error', '49 errors')
    """
    return "no error at all" if n == 0 else count(n, "error")


def ledger_event(line: Json) -> str:
    """A line of the test ledger in words."""
    match line["event"]:
        case "frozen":
            return "Plan frozen: data, settings, network and weights"
        case "opened":
            return (
                f"Test set opened again: {line['reason']}"
                if line.get("reason")
                else "Test set opened"
            )
        case "rescored":
            return "Scored again with the same plan, to restore lost files"
        case "resumed":
            return "An opening that was cut off, taken up again with the same plan"
        case "result":
            return f"Result: {errors(line['n_errors'])} on {whole(line['n'])} digits"
        case event:
            return str(event)


def when(line: Json) -> str:
    """The time of a ledger line."""
    return moment(line["time"])
