"""Faults of networks, of their training and of distorted images."""

FAULTS = {
    "engine": (
        (
            "the model file forgets the bound on weights",
            '"kernel_regularizer", "kernel_constraint", "dtype"',
            '"kernel_regularizer", "dtype"',
        ),
        (
            "the model file keeps addresses in memory",
            '"registered_name", "build_config")',
            '"registered_name", "build_config", "shared_object_id")',
        ),
        ("cosine ends halfway", "np.cos(np.pi * progress)", "np.cos(0.5 * np.pi * progress)"),
        ("the last step is left out", "progress < 0.75, 0.1, 0.01", "progress < 0.75, 0.1, 0.1"),
        ("distortions fade to nothing", "(0.5 + 0.5 * faded)", "faded"),
        ("batches are not shuffled", "rng.permutation(n_examples)", "np.arange(n_examples)"),
        (
            "every epoch has the same batches",
            "key=[seed, 0x0BA7C4], counter=[0, 0, 0, epoch]",
            "key=[seed, 0x0BA7C4], counter=[0, 0, 0, 0]",
        ),
        (
            "Adam's second moment is not rooted",
            "jnp.sqrt(1.0 - BETA_2**update.step)",
            "(1.0 - BETA_2**update.step)",
        ),
        ("RMSprop forgets to weigh", "(1.0 - RHO) * gradient * gradient", "gradient * gradient"),
        ("small weights are blown up", "jnp.minimum(norms, limit)", "limit"),
        ("dropout does not scale", "1.0 / (1.0 - rate), 0.0", "1.0, 0.0"),
        ("L2 is half as strong", "2.0 * knobs.l2 * k", "knobs.l2 * k"),
        ("L1 does nothing", "knobs.l1 * jnp.sign(k)", "0.0 * jnp.sign(k)"),
        ("smoothed labels sum to more than one", "label * (1.0 - knobs.label_smoothing)", "label"),
        ("padding trains", "jnp.where(valid, p - target, 0.0)", "(p - target)"),
        ("padding is scored", "jnp.where(valid, losses, 0.0)", "losses"),
        ("what was hard is forgotten", "DECAY * difficulty + (1.0 - DECAY) * mean", "mean"),
        (
            "hard examples crowd out the others",
            "settings.hard_examples * (ratio - ratio.mean())",
            "1.0 * (ratio - ratio.mean())",
        ),
        (
            "one wrong label is all that counts",
            "np.minimum(excess / max(excess.mean(), 1e-9), MAX_RATIO)",
            "excess / max(excess.mean(), 1e-9)",
        ),
        ("layers share their masks", "HIDDEN_STREAM + i", "HIDDEN_STREAM + 0 * i"),
        (
            "fits together draw an epoch twice",
            "_inputs(fits, epoch + 1, threads) if more",
            "_inputs(fits, epoch, threads) if more",
        ),
        (
            "fits together all learn what the first saw",
            "fit.take(inputs[i], *member((scores, training, validation), i))",
            "fit.take(inputs[i], *member((scores, training, validation), 0))",
        ),
        (
            "fits together keep the weights of the start",
            "if fit.diverged_at is None: fit.state = member(states, i)",
            "if False: fit.state = member(states, i)",
        ),
        (
            "nothing is predicted",
            "parts = [np.asarray(_jax_network.probabilities(layers, batch))",
            "parts = [0 * np.asarray(_jax_network.probabilities(layers, batch))",
        ),
    ),
    "networks.py": (
        (
            "weights start too small",
            "math.sqrt(6.0 / (n_in + n_out))",
            "math.sqrt(3.0 / (n_in + n_out))",
        ),
        ("biases are not counted", "n_in * n_out + n_out", "n_in * n_out"),
    ),
    "photometric.py": (
        ("one kind takes the whole share", "round(n * i / len(KINDS))", "n * (i > 0)"),
        ("grain is a sum of another spread", "0.4 * math.sqrt(3.0)", "0.4"),
        ("specks are ink alone", "draw < share / 2", "draw < 0.0 * share"),
        ("ink vanishes in bright light", "(1.0 - contrast * veil)", "(1.0 - contrast)"),
        ("pens are thick alone", "0.6 * thicker", "-0.6 * thicker"),
        ("a negative has no line", "- offset + 0.5", "- 9.0 * offset"),
    ),
    "warp.py": (
        ("rotations are doubled", "math.pi / 180.0", "math.pi / 90.0"),
        (
            "nothing turns less",
            "labels == label, settings.narrow_rotation,",
            "labels == label, settings.rotation,",
        ),
        ("no shear", "draws[1] * settings.shear", "draws[1] * 0.0"),
        ("no stretch downwards", "draws[2] * settings.scale", "draws[2] * 0.0"),
        ("both axes stretch alike", "draws[3] * settings.scale", "draws[2] * settings.scale"),
        ("no shift downwards", "draws[4] * settings.shift", "draws[4] * 0.0"),
        ("shifts run along a diagonal", "draws[5] * settings.shift", "draws[4] * settings.shift"),
        ("no elastic field", "(settings.cells + 3) ** 2 if settings.amplitude else 0", "0"),
        (
            "the field has no amplitude of its own",
            "settings.amplitude * strength",
            "1.0 * strength",
        ),
        (
            "the field's strength is ignored",
            "settings.amplitude * strength",
            "settings.amplitude * (strength > 0)",
        ),
        ("the field is finer", "le=14)] = 7", "le=14)] = 14"),
        (
            "the affine map ignores the strength",
            "(6, len(labels))) * strength",
            "(6, len(labels)))",
        ),
        ("shear is not before rotation", "(shear * sin + cos) * wide", "(shear + cos) * wide"),
        ("a corner is mixed up", "corner[3] - corner[2]", "corner[3] - corner[1]"),
        (
            "rows are taken for columns",
            "y, x = row - top, column - left",
            "x, y = row - top, column - left",
        ),
    ),
}
"""By place: name, old and new of each fault."""
