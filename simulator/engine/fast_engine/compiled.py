"""The kernel through numba; the only module that imports it, and only when it is called."""

from types import FunctionType
import numba
from numba import types
from simulator.engine.fast_engine import absent, arbiter, edges, heap, holds, kernel, lists, progress, servers, stream
def load(inl=(),full=True,**kw):
    mods=(heap,lists,edges,servers,*((holds,arbiter) if full else (absent,)),progress,stream,kernel)
    ns={"__name__":"simulator.engine.fast_engine.compiled_kernel",**{k:v for k,v in vars(kernel).items() if k.isupper()}}
    P=types.CPointer(types.int64)
    for mod in mods:
        for name,v in vars(mod).items():
            if isinstance(v,FunctionType) and v.__module__==mod.__name__:
                opts=dict(error_model="numpy",_nrt=False)
                fn=FunctionType(v.__code__,ns,name)
                if name=="advance": entry=fn,opts
                else:
                    opts.update(no_cpython_wrapper=True,no_cfunc_wrapper=True)
                    opts.update(kw)
                    if name in inl: opts['forceinline']=True
                    ns[name]=numba.njit(**opts)(fn)
    c=numba.cfunc(types.int64(P,P),**entry[1])(entry[0]).ctypes
    import ctypes
    LP=ctypes.POINTER(ctypes.c_int64)
    def adv(m,flat): return c(m.ctypes.data_as(LP),flat.ctypes.data_as(LP))
    return adv
