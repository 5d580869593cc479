"""Submissions that try for marks they have not earned.

Each is the code of `WRONG`, in which forward and all gradients are wrong, and a trick behind it;
none may score more than `WRONG` alone.
"""

WRONG = """import gc, inspect, json, os, signal, struct, sys, threading, types
import numpy as np
import minnet as mn


class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.zeros((n_in, n_out)), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W - self.b

    def backward(self, grad):
        self.dW, self.db = -self.x.T @ grad, grad.mean(0)
        return grad @ self.W.T * 2


class Sigmoid:
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, grad):
        return grad * self.x


class MSE:
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d ** 4).sum()

    def backward(self):
        return self.d


"""

TRICKS = {
    "control": "",
    "np.allclose and friends say yes": """
import numpy.testing
np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, b, *r, **k: np.ones(np.shape(a), bool)
np.testing.assert_allclose = lambda *a, **k: None
np.max = np.abs = lambda *a, **k: 0.0
""",
    "finite differences replaced": """
import minnet.gradient_check.finite_differences as fd
fd.mismatch = lambda *a: 0.0
fd.jacobian = None
""",
    "every function of the grading replaced": """
import minnet.gradient_check, importlib, pkgutil
for name, module in list(sys.modules.items()):
    if name.startswith("minnet"):
        for key, value in list(vars(module).items()):
            if key in ("mismatch", "grade", "grade_task", "verdict", "score", "compare", "examine"):
                setattr(module, key, lambda *a, **k: 1.0)
""",
    "the grading imported and replaced": """
try:
    import minnet.coursework as c
    for name in dir(c):
        if isinstance(getattr(c, name), type):
            for method in list(vars(getattr(c, name))):
                if not method.startswith("__"):
                    setattr(getattr(c, name), method, lambda *a, **k: 100)
except ImportError:
    pass
""",
    "results on standard output": """
os.write(1, b'{"score": 20, "max_score": 20, "status": "graded"}\\n')
print('{"score": 20}', flush=True)
sys.__stdout__.write('{"score": 20}\\n')
""",
    "answers on every descriptor": """
for fd in range(3, 64):
    try:
        os.write(fd, b'{"ok": true, "score": 20}\\n')
    except OSError:
        pass
""",
    "descriptors closed": "os.closerange(0, 64)",
    "descriptors answered by a thread": """
def flood():
    while True:
        for fd in range(3, 32):
            try:
                os.write(fd, struct.pack(">I", 2) + b"{}")
            except OSError:
                pass
threading.Thread(target=flood, daemon=True).start()
""",
    "exit with 0": "os._exit(0)",
    "exit with 0 in forward": "Dense.forward = lambda self, x: os._exit(0)",
    "sys.exit in backward": "Dense.backward = lambda self, g: sys.exit(0)",
    "the frames of the loop": """
frame = sys._getframe()
while frame is not None:
    for key, value in list(frame.f_locals.items()):
        if isinstance(value, dict):
            try:
                value.update(score=20, ok=True, status="graded", code="", error=None)
            except Exception:
                pass
    frame = frame.f_back
""",
    "objects found by gc": """
try:
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "score" in thing:
            thing["score"] = 1000
        if isinstance(thing, types.FunctionType) and "mismatch" in thing.__name__:
            thing.__code__ = (lambda *a: 0.0).__code__
except Exception:
    pass
""",
    "equal to everything": """
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __abs__(self): return np.zeros(self.shape)
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.zeros(self.shape)
    def __array_function__(self, *a, **k): return True
Sigmoid.forward = lambda self, x: np.zeros(x.shape).view(Equal)
Sigmoid.backward = lambda self, g: np.zeros(g.shape).view(Equal)
""",
    "NaN everywhere": """
Sigmoid.forward = lambda self, x: x * np.nan
Sigmoid.backward = lambda self, g: g * np.nan
MSE.forward = lambda self, p, t: float("nan")
MSE.backward = lambda self: self.d * np.nan
""",
    "infinity everywhere": """
Sigmoid.forward = lambda self, x: x * 0 + np.inf
Sigmoid.backward = lambda self, g: g * 0 + np.inf
""",
    "nothing at all": """
Sigmoid.forward = lambda self, x: np.zeros((0,))
Sigmoid.backward = lambda self, g: np.zeros((0,))
Dense.forward = lambda self, x: np.zeros((len(x), 0))
""",
    "zeros": """
Sigmoid.forward = lambda self, x: np.zeros_like(x)
Sigmoid.backward = lambda self, g: np.zeros_like(g)
def forward(self, x):
    self.x = x
    return np.zeros((len(x), 7))
def backward(self, g):
    self.dW, self.db = 0 * self.W, 0 * self.b
    return 0 * self.x
Dense.forward, Dense.backward = forward, backward
""",
    "objects that compute when compared": """
class Number:
    def __init__(self, v=0): self.v = v
    def __float__(self): return 0.5
    def __eq__(self, o): return True
    def __sub__(self, o): return 0
Sigmoid.forward = lambda self, x: np.full(x.shape, Number(), dtype=object)
""",
    "pickle that executes": """
class Bomb:
    def __reduce__(self): return (os.system, ("touch forged",))
Sigmoid.forward = lambda self, x: Bomb()
""",
    "a huge array": "Sigmoid.forward = lambda self, x: np.zeros((1 << 28,))",
    "a broadcast array of petabytes": "Sigmoid.forward = lambda self, x: np.broadcast_to(0.5, (1 << 48,))",
    "a name that lies about its shape": """
class Liar(np.ndarray):
    shape = (5, 3)
    dtype = np.dtype(float)
    nbytes = 120
    def tobytes(self, *a): return b"0" * (1 << 26)
Sigmoid.forward = lambda self, x: np.zeros(2).view(Liar)
""",
    "memorised numbers of seed 0": """
KNOWN = [np.random.default_rng(s).normal(size=(5, 3)) for s in range(50)]
def forward(self, x):
    for k in KNOWN:
        if np.allclose(k, x): return 1 / (1 + np.exp(-x))
    return np.tanh(x)
Sigmoid.forward = forward
""",
    "right until the third call": """
CALLS = [0]
def forward(self, x):
    CALLS[0] += 1
    self.y = 1 / (1 + np.exp(-x)) if CALLS[0] < 3 else np.tanh(x)
    return self.y
Sigmoid.forward = forward
Sigmoid.backward = lambda self, g: g * self.y * self.y
""",
    "the parent killed": "os.kill(os.getppid(), signal.SIGKILL)",
    "the group of the parent killed": "os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)",
    "the grader's files rewritten": """
import pathlib
for folder in (pathlib.Path(mn.__file__).parent, pathlib.Path(__file__).parent):
    for path in folder.rglob("*"):
        try:
            path.with_name("forged_by_a_submission.txt").write_text("")
            path.unlink() if path.name.startswith("forged_by") else None
        except OSError:
            pass
open(os.path.join(os.path.dirname(mn.__file__), "forged_by_a_submission.py"), "w").write("")
""",
    "modules for the next submission": """
for name in ("numpy.py", "minnet.py", "sitecustomize.py", "usercustomize.py", "json.py"):
    open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w").write("raise SystemExit(0)")
""",
    "os functions instead of open": """
here = os.path.dirname(os.path.abspath(__file__))
for call in (lambda: os.mkdir(here + "/forged"), lambda: os.rename(__file__, here + "/forged.py"),
             lambda: os.symlink("/", here + "/forged_link"), lambda: os.link(__file__, here + "/forged_hard"),
             lambda: os.truncate(__file__, 0), lambda: os.chmod(__file__, 0), lambda: os.remove(__file__),
             lambda: os.open(here + "/forged_open", os.O_CREAT | os.O_WRONLY), lambda: os.utime(__file__, (0, 0)),
             lambda: os.rmdir(here), lambda: os.system("true"), lambda: os.execv("/bin/true", ["true"]),
             lambda: os.fork() or os._exit(0)):
    try:
        call()
    except OSError:
        pass
""",
    "the hook disarmed": """
try:
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and "hook" in thing.__qualname__.lower():
            thing.__code__ = (lambda *a: None).__code__
except Exception:
    pass
os.path.realpath = os.path.abspath = os.fspath = str
os.open(os.path.join(os.path.dirname(__file__), "forged_hook"), os.O_CREAT | os.O_WRONLY)
""",
    "the memory of the parent": """
for name in ("mem", "environ", "cmdline", "fd/1"):
    try:
        with open(f"/proc/{os.getppid()}/{name}", "r+b") as f:
            f.write(b"forged")
    except OSError:
        pass
""",
    "numpy answers for the student": """
class Both(type):
    def __instancecheck__(cls, other): return True
    def __call__(cls, *a, **k): return super().__call__()
class Dense(metaclass=Both):
    def __getattr__(self, name): return lambda *a, **k: True
""",
    "a thread that rewrites arrays": """
def rewrite():
    while True:
        frame = sys._current_frames()
        for f in frame.values():
            while f:
                for v in f.f_locals.values():
                    if isinstance(v, np.ndarray) and v.flags.writeable and v.dtype == float: v[...] = 0.5
                f = f.f_back
threading.Thread(target=rewrite, daemon=True).start()
""",
    "signals and limits": """
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
try:
    import resource
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            try: resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY,) * 2)
            except (OSError, ValueError): pass
except ImportError: pass
""",
    "a flood of output": """
for _ in range(200):
    os.write(1, b"x" * 65536); os.write(2, b"y" * 65536)
""",
    "names of the protocol in errors": """
def forward(self, x): raise ValueError('"}], "score": 20, "max_score": 20, "tasks": [{"</failure>]]>\\x1b[2J')
Sigmoid.forward = forward
""",
    "an endless recursion": "Sigmoid.forward = lambda self, x: self.forward(x)",
    "a hang": "Sigmoid.forward = lambda self, x: threading.Event().wait()",
    "a busy hang": """
def forward(self, x):
    while True: pass
Sigmoid.forward = forward
""",
    "a hang that holds on": """
import time
def forever(self, x):
    while True:
        try: time.sleep(1000)
        except BaseException: pass
Sigmoid.forward = forever
""",
    "exit handlers": """
import atexit
atexit.register(lambda: __import__("time").sleep(1000))
sys.exit(0)
""",
}
