# SPDX-License-Identifier: GPL-3.0-or-later
"""The X server's side of a screen: what a window manager would do, for tests and pictures, by Xlib itself."""
import ctypes
import ctypes.util

Window = ctypes.c_ulong


class Attributes(ctypes.Structure):  # XWindowAttributes, up to what is asked for
    _fields_ = [(name, ctypes.c_int) for name in ("x", "y", "width", "height", "border_width", "depth")] + [
        ("visual", ctypes.c_void_p), ("root", Window), ("kind", ctypes.c_int)] + [
        (name, ctypes.c_int) for name in ("bit_gravity", "win_gravity", "backing_store")] + [
        ("backing_planes", ctypes.c_ulong), ("backing_pixel", ctypes.c_ulong), ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong), ("map_installed", ctypes.c_int), ("map_state", ctypes.c_int)] + [
        ("rest", ctypes.c_ubyte * 64)]


class Shown:
    """A window that is on the screen."""

    def __init__(self, number, at):
        self.number, self.width, self.height = number, at.width, at.height


class Display:
    def __init__(self, name):
        self.x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = Window
        self.handle = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))
        assert self.handle, f"no display {name}"
        self.root = Window(self.x.XDefaultRootWindow(self.handle))

    def windows(self):
        """All that are shown, the topmost last."""
        parent, root, children, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
        self.x.XQueryTree(self.handle, self.root, ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children),
                          ctypes.byref(count))
        found = []
        for i in range(count.value):
            at = Attributes()
            if self.x.XGetWindowAttributes(self.handle, Window(children[i]), ctypes.byref(at)) and at.map_state == 2:
                found.append(Shown(children[i], at))
        if children:
            self.x.XFree(children)
        return found

    def place(self, number, x, y, width, height):
        self.x.XMoveResizeWindow(self.handle, Window(number), x, y, width, height)
        self.x.XSync(self.handle, 0)

    def point_at_nothing(self):
        """What the pointer is over may look different."""
        self.x.XWarpPointer(self.handle, Window(0), self.root, 0, 0, 0, 0, 9999, 9999)
        self.x.XSync(self.handle, 0)

    def end(self):
        self.x.XCloseDisplay(self.handle)
