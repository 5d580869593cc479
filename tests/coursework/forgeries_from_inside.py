"""More tricks behind the code of `forgeries.WRONG`: they know how the grading works from inside.

None may score more than `WRONG` alone, change a file, or end the grading of the others.
"""

INSIDE_TRICKS = {
    "answers written ahead of the questions": """
from minnet.gradient_check.separate_process.messages import write_message
for fd in range(3, 32):
    try:
        with os.fdopen(os.dup(fd), "wb") as pipe:
            for number in range(1, 40):
                write_message(pipe, [number, {"outputs": [np.zeros((5, 3))], "score": 20, "weights": {}}])
    except (OSError, ValueError):
        pass
""",
    "the answers of the process replaced": """
from minnet.gradient_check.separate_process import student_answers as s
class Yes:
    def __getattr__(self, name): return lambda *a, **k: {"score": 20, "code": "", "error": None}
s.StudentAnswers.answer = lambda self, question, arguments: {"error": None, "code": "", "outputs": arguments.get("inputs"), "gradients": {}, "weights": {}}
""",
    "the server's loop taken over": """
frame = sys._getframe()
while frame is not None:
    if frame.f_code.co_name == "serve":
        frame.f_locals["answer"] = lambda q, a: {}
        frame.f_trace = lambda *a: None
    frame = frame.f_back
import __main__
__main__.serve = __main__.read_message = lambda *a: None
""",
    "a trace function edits what is compared": """
def trace(frame, event, arg):
    for name, value in frame.f_locals.items():
        if isinstance(value, np.ndarray) and value.flags.writeable and value.dtype == float:
            value[...] = 0.25
    return trace
sys.settrace(trace)
threading.settrace(trace)
""",
    "a profile function hides calls": """
sys.setprofile(None)
threading.setprofile(lambda *a: None)
""",
    "an array that answers for itself": """
class Sure(np.ndarray):
    def __array__(self, *a, **k): return np.zeros((5, 3))
    def __array_finalize__(self, obj): pass
    def __reduce__(self): return (exec, ("raise SystemExit",))
    def tobytes(self, *a): return b""
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __float__(self): return 0.0
Sigmoid.forward = lambda self, x: np.tanh(x).view(Sure)
Sigmoid.backward = lambda self, g: g.view(Sure)
""",
    "the array interface": """
class Interface:
    def __init__(self, a): self.a = a
    @property
    def __array_interface__(self):
        return {"shape": (1 << 40, 3), "typestr": "<f8", "data": (0, False), "version": 3}
Sigmoid.forward = lambda self, x: Interface(np.tanh(x))
""",
    "a view that changes after it was returned": """
SHOWN = np.zeros((5, 3))
def later():
    while True:
        SHOWN[...] = np.random.rand(5, 3)
threading.Thread(target=later, daemon=True).start()
Sigmoid.forward = lambda self, x: SHOWN[: len(x)]
""",
    "differences are noticed, and answered as the gradient says": """
class Sigmoid:
    last = None
    def forward(self, x):
        if self.last is not None and self.last.shape == x.shape and 0 < np.abs(x - self.last).max() < 1e-2:
            return np.tanh(self.last) * 0 + 7 * np.sin(1e9 * x)
        self.last = np.array(x)
        return np.tanh(x)
    def backward(self, g): return g * 12345.0
""",
    "kinks hide all entries but one": """
class Sigmoid:
    def forward(self, x):
        self.x = x
        y = 1e3 * np.abs(np.sin(1e7 * x))
        y.flat[0] = x.flat[0]
        return y
    def backward(self, g):
        dx = np.full(g.shape, 42.0)
        dx.flat[0] = g.flat[0]
        return dx
""",
    "NaN where it is wrong": """
def forward(self, x):
    y = np.full(x.shape, np.nan)
    y[:1] = 1 / (1 + np.exp(-x[:1]))
    return y
Sigmoid.forward = forward
def backward(self, g):
    dx = np.full(g.shape, np.nan)
    return dx
Sigmoid.backward = backward
""",
    "signed zeros, subnormals, whole numbers": """
Sigmoid.forward = lambda self, x: np.full(x.shape, 5e-324)
Sigmoid.backward = lambda self, g: np.full(g.shape, -0.0)
MSE.forward = lambda self, p, t: True
MSE.backward = lambda self: np.zeros(self.d.shape, bool) if hasattr(self, "d") else False
""",
    "complex numbers": """
Sigmoid.forward = lambda self, x: np.tanh(x) * 1j
Sigmoid.backward = lambda self, g: g * 1j
""",
    "the clock replaced": """
import time
for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: 0.0)
time.sleep = lambda s: None
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.signal(signal.SIGALRM, lambda *a: None)
""",
    "the grader killed through a pidfd": """
try:
    signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGKILL)
except (AttributeError, OSError):
    pass
""",
    "the grader killed through modules in C": """
import importlib
for module, name in (("posix", "kill"), ("posix", "killpg"), ("_signal", "pidfd_send_signal")):
    try:
        function = getattr(importlib.import_module(module), name)
        target = os.getppid() if "pidfd" not in name else importlib.import_module("posix").pidfd_open(os.getppid())
        function(target, signal.SIGKILL)
    except (AttributeError, OSError):
        pass
""",
    "a program started without subprocess": """
HERE = os.path.dirname(os.path.abspath(__file__))
CODE = f"open({HERE + '/forged_program'!r}, 'w')"
try:
    import _posixsubprocess, subprocess
    r, w = os.pipe()
    arguments = [[sys.executable.encode(), b"-c", CODE.encode()], [sys.executable.encode()], True, (w,), None, None, -1, -1, -1, -1, -1, -1, r, w, True, True]
    tail = [None, None, None, -1, None] if sys.version_info < (3, 11) else [-1, None, None, None, -1, None, True]
    for function in (_posixsubprocess.fork_exec, getattr(subprocess, "_fork_exec", None)):
        function(*arguments, *tail)
    __import__("time").sleep(0.5)
except (AttributeError, OSError, TypeError, ValueError, ImportError):
    pass
""",
    "a fresh copy of the module that starts programs": """
HERE = os.path.dirname(os.path.abspath(__file__))
CODE = f"open({HERE + '/forged_copy'!r}, 'w')"
try:
    sys.modules.pop("_posixsubprocess", None)
    import _posixsubprocess
    r, w = os.pipe()
    arguments = [[sys.executable.encode(), b"-c", CODE.encode()], [sys.executable.encode()], True, (w,), None, None, -1, -1, -1, -1, -1, -1, r, w, True, True]
    tail = [None, None, None, -1, None] if sys.version_info < (3, 11) else [-1, None, None, None, -1, None, True]
    _posixsubprocess.fork_exec(*arguments, *tail)
    __import__("time").sleep(0.5)
except (AttributeError, OSError, TypeError, ValueError, ImportError):
    pass
""",
    "files made by calls without an audit event": """
HERE = os.path.dirname(os.path.abspath(__file__))
import posix
for module in (os, posix):
    for call in ("mknod", "mkfifo"):
        try:
            getattr(module, call)(HERE + "/forged_" + call)
        except (AttributeError, OSError):
            pass
for module, function in (("readline", "write_history_file"), ("_gdbm", "open"), ("_dbm", "open")):
    try:
        f = getattr(__import__(module), function)
        f(HERE + "/forged_" + module, *(["c"] if function == "open" else []))
    except Exception:
        pass
""",
    "another submission copied": """
import pathlib
HERE = pathlib.Path(os.path.abspath(__file__)).parent
for path in ["s%02d.py" % n for n in range(60)] + ["../assignment.py"]:
    for read in (lambda p: open(p).read(), lambda p: os.fdopen(os.open(p, os.O_RDONLY)).read(),
                 lambda p: np.fromfile(str(p), np.uint8).tobytes().decode(),
                 lambda p: __import__("linecache").getlines(str(p)) and "".join(__import__("linecache").getlines(str(p))),
                 lambda p: __import__("io").FileIO(str(p)).read().decode(),
                 lambda p: __import__("importlib.util").util.spec_from_file_location("x", str(p)).loader.get_data(str(p)).decode()):
        try:
            text = read(HERE / path)
            if "forgeries_of_this" not in text and "class Sigmoid" in text and "np.tanh(x)" not in text:
                exec(text)
        except (OSError, ValueError, TypeError, AttributeError):
            pass
""",
    "imports from the folder of the submissions": """
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
for n in range(60):
    try:
        module = __import__("s%02d" % n)
        if "tanh" not in str(vars(module).get("Sigmoid")):
            Sigmoid, Dense, MSE = module.Sigmoid, module.Dense, module.MSE
    except BaseException:
        pass
""",
    "the network": """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", 9)), (socket.AF_UNIX, "/tmp/forged")):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(0.2)
        s.connect(address)
    except OSError:
        pass
""",
    "objects that never go away": """
class Forever:
    def __del__(self):
        Forever()
        while True: pass
Sigmoid.forward = lambda self, x: (Forever(), np.tanh(x))[1]
""",
    "exceptions that cannot be shown": """
class Odd(Exception):
    def __str__(self): raise Odd
    __repr__ = __str__
    @property
    def __traceback__(self): raise Odd
def forward(self, x): raise Odd
Sigmoid.forward = forward
""",
    "exceptions that carry a finding": """
from minnet.coursework.finding import Finding, StudentError
def forward(self, x): raise StudentError(Finding("", "right", "forward"))
Sigmoid.forward = forward
MSE.forward = lambda self, p, t: (_ for _ in ()).throw(StopIteration({"code": ""}))
""",
    "a class that is everything": """
class Everything(type):
    def __getattr__(cls, name): return lambda *a, **k: 0.0
    def __subclasscheck__(cls, other): return True
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class Sigmoid(metaclass=Everything):
    def __getattr__(self, name): return Sigmoid
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter([])
    def __len__(self): return 0
class MSE(Sigmoid): pass
""",
    "millions of gradients": """
class Sigmoid:
    def forward(self, x): return np.tanh(x), *[x] * 100000
    def backward(self, g, *a): return {f"d{i}": g for i in range(100000)}
""",
    "weights that are properties of another mind": """
class Dense:
    def __init__(self, i, o): self.i, self.o = i, o
    @property
    def W(self): return np.random.rand(self.i, self.o)
    @W.setter
    def W(self, value): raise KeyError("no")
    @property
    def b(self): return (lambda: (yield))()
    def forward(self, x): return np.zeros((len(x), self.o))
    def backward(self, g): return np.zeros((len(g), self.i))
""",
    "a million threads": """
def sleep(): threading.Event().wait()
try:
    for _ in range(100000): threading.Thread(target=sleep, daemon=True).start()
except RuntimeError:
    pass
""",
    "all memory": """
try:
    HELD = []
    while True: HELD.append(np.ones(1 << 24))
except MemoryError:
    pass
""",
    "a crash in C": """
def forward(self, x):
    import faulthandler
    faulthandler._sigsegv()
Sigmoid.forward = forward
""",
    "stopped, not ended": """
def forward(self, x):
    signal.raise_signal(signal.SIGSTOP)
    return np.tanh(x)
Sigmoid.forward = forward
""",
    "the temporary folder removed": """
import shutil
shutil.rmtree(os.getcwd(), ignore_errors=True)
shutil.rmtree(os.path.dirname(os.path.abspath(__file__)), ignore_errors=True)
shutil.rmtree(os.path.dirname(mn.__file__), ignore_errors=True)
""",
    "a garbage collector that answers": """
class Late:
    def __del__(self): os._exit(0)
gc.callbacks.append(lambda *a: None)
try:
    for thing in gc.get_referrers(np.ndarray) + gc.get_referents(sys.modules):
        if isinstance(thing, dict): thing.update(score=20)
except Exception:
    pass
x = Late(); x.x = x; del x
""",
    "the first lines of the next file": "\n#" + "x" * 3_000_000,
    "an endless expression": "Q = " + "1+" * 60000 + "1",
    "brackets without end": "Q = " + "(" * 5000,
}  # fmt: skip
