"""What other libraries call it, and what minnet calls it: the tables behind "did you mean"."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

_RATE = (
    "Give the optimizer a schedule that falls: learning_rate=mn.schedules.Exponential(0.1, 0.999)."
)
_LOGITS = (
    "End the network in mn.Softmax() or mn.Sigmoid(): the loss is then computed from the logits, "
    "and loses no digits."
)
_MEAN = "Leave it out: a loss is the mean over the samples of the sum over the outputs."
_LAYER = "Write the activation as a layer of its own: [mn.Linear(4, 8), mn.ReLU()]."
_DEVICE = "Leave it out: minnet computes with NumPy, on the processor."
_PENALTY = "Give the Trainer penalty=mn.L2(0.01), or the optimizer weight_decay=0.01."


def _by_name(table: dict[str, T]) -> dict[str, T]:
    """Each of the names in a key, which spaces separate, with its value."""
    return {name: value for names, value in table.items() for name in names.split()}


ARGUMENTS: dict[str, tuple[str, ...]] = _by_name(
    {
        # an argument elsewhere -> arguments here, of which the first that there is is meant; or
        # what to do instead. "fit.class_weight" is that of fit alone.
        "lr": ("learning_rate", "Give it to the optimizer: mn.SGD(0.1)."),
        "learning_rate_init": ("learning_rate",),
        "initial_learning_rate": ("start", "peak"),
        "max_lr": ("peak", "highest"),
        "eta_min": ("end",),
        "T_max total_steps": ("steps",),
        "decay_steps": ("steps", "every"),
        "step_size": ("every",),
        "gamma decay_rate": ("factor",),
        "pct_start": ("warm_up",),
        "decay lr_scheduler": (_RATE,),
        "betas": ("Write beta1=0.9, beta2=0.999.",),
        "beta_1": ("beta1",),
        "beta_2": ("beta2",),
        "rho": ("decay",),
        "eps": ("epsilon",),
        "clipnorm": ("clip_norm", "Give the Trainer clip_norm=1.0."),
        "clipvalue": ("clip_value", "Give the Trainer clip_value=1.0."),
        "max_norm": ("clip_norm",),
        "l1": ("strength", "Give the Trainer penalty=mn.L1(0.01)."),
        "l2 weight_decay": ("strength", _PENALTY),
        "kernel_regularizer Trainer.alpha": (_PENALTY,),
        "alpha": ("slope", "strength", "decay"),
        "negative_slope": ("slope",),
        "p": ("rate",),
        "activation": (_LAYER,),
        "units": ("out_features",),
        "input_dim": ("in_features",),
        "input_shape": ("in_features", "in_channels"),
        "num_features normalized_shape": ("features",),
        "filters": ("out_channels",),
        "pool_size": ("kernel_size",),
        "strides": ("stride",),
        "use_bias": ("bias",),
        "kernel_initializer": ("weight_init",),
        "beta": ("delta",),
        "weight": ("class_weight", "sample_weight"),
        "pos_weight": ("class_weight",),
        "weights": ("sample_weight", "class_weight"),
        "sample_weights": ("sample_weight",),
        "ignore_index": ("ignore_label",),
        "from_logits": (_LOGITS,),
        "reduction": (f"{_MEAN} mn.MeanSquaredError() is 1/(2m) sum (a - y)^2.",),
        "min_delta tol": ("minimum_change",),
        "n_iter_no_change": ("patience",),
        "restore_best_weights": ("restore_best",),
        "min_lr": ("minimum_rate", "end", "lowest"),
        "save_best_only": ('Name the number that decides: best_of="val_loss".',),
        "filepath filename": ("path",),
        "verbose": ("progress",),
        "num_epochs n_epochs max_iter": ("epochs",),
        "batchsize": ("batch_size",),
        "X inputs": ("x",),
        "labels": ("y", "target"),
        "y_true": ("target",),
        "y_pred": ("prediction",),
        "targets": ("y",),
        "validation_split": (
            "Split the data first: x, x_val, y, y_val = mn.data.train_test_split(x, y, 0.2, "
            "seed=0), and give validation_data=(x_val, y_val).",
        ),
        "fit.class_weight": (
            "Give it to the loss, mn.CategoricalCrossEntropy(class_weight={0: 1.0, 1: 5.0}) or "
            'class_weight="balanced"; or a weight for each row: fit(..., sample_weight=w).',
        ),
        "Trainer.learning_rate": ("Give it to the optimizer: mn.SGD(learning_rate=0.1).",),
        "Trainer.epochs": ("Give it to fit(x, y, epochs=10).",),
        "Trainer.batch_size": ("Give it to fit(x, y, epochs=10, batch_size=32).",),
        "Trainer.callbacks": ("Give them to fit(x, y, epochs=10, callbacks=[...]).",),
        "fit.learning_rate": ("Assign it: trainer.optimizer.learning_rate = 0.1.",),
        "fit.metrics": ("Give them to the Trainer: mn.Trainer(..., metrics=['accuracy']).",),
        "test_size": ("test_fraction",),
        "train_size": ("Give the share of the other part: test_fraction=0.25.",),
        "random_state": ("seed",),
        "num_classes": ("classes",),
        "device": (_DEVICE,),
    }
)

NAMES: dict[str, str] = _by_name(
    {
        # the name of a class or function elsewhere -> how one writes it here
        "Dense": "mn.Linear(in_features, out_features)",
        "Sequential Model": "mn.Network([...])",
        "Module": "mn.Layer",
        "Conv2D": "mn.Conv2d",
        "MaxPooling2D": "mn.MaxPool2d",
        "AveragePooling2D AvgPool2d": "mn.AveragePool2d",
        "GlobalAveragePooling2D": "mn.GlobalAveragePool2d",
        "BatchNormalization BatchNorm1d BatchNorm2d": "mn.BatchNorm",
        "LayerNormalization": "mn.LayerNorm",
        "Swish": "mn.SiLU",
        "Hardswish": "mn.HardSwish",
        "Hardsigmoid": "mn.HardSigmoid",
        "Linear": "mn.Linear, or mn.Identity() for the activation",
        "CrossEntropyLoss": "mn.CategoricalCrossEntropy() behind mn.Softmax()",
        "CrossEntropy": "mn.CategoricalCrossEntropy() or mn.BinaryCrossEntropy()",
        "CategoricalCrossentropy NLLLoss": "mn.CategoricalCrossEntropy()",
        "SparseCategoricalCrossentropy": "mn.CategoricalCrossEntropy()",
        "BCELoss BinaryCrossentropy": "mn.BinaryCrossEntropy()",
        "BCEWithLogitsLoss": "mn.BinaryCrossEntropy() behind mn.Sigmoid()",
        "MSELoss MSE": "mn.MeanSquaredError()",
        "L1Loss MAE": "mn.MeanAbsoluteError()",
        "HuberLoss SmoothL1Loss": "mn.Huber()",
        "HingeLoss": "mn.Hinge()",
        "KLDivLoss KLDivergence": "mn.KullbackLeibler()",
        "RMSprop": "mn.RMSProp",
        "Adagrad": "mn.AdaGrad",
        "Adadelta": "mn.AdaDelta",
        "ModelCheckpoint": "mn.Checkpoint(path)",
        "ReduceLROnPlateau": "mn.ReduceOnPlateau()",
        "StandardScaler Standardizer": "mn.data.Standardizer()",
        "MinMaxScaler": "mn.data.MinMaxScaler()",
        "train_test_split": "mn.data.train_test_split(x, y, 0.25, seed=0)",
        "DataLoader": "mn.data.batches(x, y, batch_size)",
        "OneHotEncoder to_categorical one_hot": "mn.data.one_hot(labels)",
        "CosineAnnealingLR CosineDecay": "mn.schedules.Cosine",
        "StepLR": "mn.schedules.StepDecay",
        "ExponentialLR ExponentialDecay": "mn.schedules.Exponential",
        "OneCycleLR": "mn.schedules.OneCycle",
        "accuracy_score": "mn.metrics.accuracy(prediction, target)",
        "f1_score": "mn.metrics.f1(prediction, target)",
        "precision_score": "mn.metrics.precision(prediction, target)",
        "recall_score": "mn.metrics.recall(prediction, target)",
        "roc_auc_score": "mn.metrics.roc_auc(prediction, target)",
        "r2_score": "mn.metrics.r_squared(prediction, target)",
        "mean_squared_error": "mn.metrics.root_mean_squared_error(prediction, target)",
        "optim": "mn.optimizers",
        "nn": "mn.layers",
        "save": "network.save(path)",
        "load_model": "mn.load(path)",
        "gradcheck": "mn.check_layer(layer, x)",
    }
)

ATTRIBUTES: dict[str, str] = _by_name(
    {
        # a method or attribute of an object elsewhere -> how one writes it here
        "train": "trainer.fit(x, y, epochs=10)",
        "fit": "mn.Trainer(network, loss, optimizer).fit(x, y, epochs=10)",
        "compile": "mn.Trainer(network, loss, optimizer)",
        "score test": "trainer.evaluate(x, y)",
        "predict_proba": "trainer.predict(x)",
        "evaluate": "mn.Trainer(network, loss, optimizer).evaluate(x, y)",
        "add": "mn.Network([...]) with all layers in the list",
        "eval": "network.predict(x), which is in evaluation mode",
        "model": "trainer.network",
        "state_dict save_weights": "network.save_values(path)",
        "load_state_dict load_weights": "network.load_values(path)",
        "save": "trainer.network.save(path), or trainer.save_checkpoint(path) to resume later",
        "zero_grad": "nothing: backward zeroes the gradients",
        "lr": "optimizer.learning_rate",
        "weights": "layer.parameters()",
        "kernel w W": "layer.weight",
        "b": "layer.bias",
        "call": "layer.forward(x)",
        "mean_": "scaler.mean",
        "scale_": "scaler.standard_deviation",
        "var_": "scaler.standard_deviation ** 2",
        "data_min_": "scaler.minimum",
        "data_max_": "scaler.maximum",
    }
)
