#!/usr/bin/env python3
"""Prints tests/autodiff/elementwise_numbers.h: values of functions to 50 digits, made with mpmath.

Every argument is a double, so the numbers are those a perfect program would round to."""
import mpmath as mp

mp.mp.dps = 50
inf = mp.inf


def sinc_derivative(order):
    return lambda x: mp.quad(lambda t: t**order * mp.cos(x * t + order * mp.pi / 2),
                             mp.linspace(0, 1, 12 + int(abs(x)) // 4))


real = {
    'reciprocal': (lambda x: 1 / x, [1e-300, -3.7, 0.3, 1e300]),
    'rsqrt': (lambda x: 1 / mp.sqrt(x), [1e-300, 0.3, 2.25, 1e300]),
    'cbrt': (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [1e-300, -8.5, 0.3, 1e300]),
    'expm1': (mp.expm1, [-700, -1e-10, 1e-300, 0.3, 5, 700]),
    'exp2': (lambda x: mp.power(2, x), [-1000.25, -0.3, 0.5, 17.3, 1000.5]),
    'log1p': (mp.log1p, [-0.999, -1e-10, 1e-300, 0.3, 5, 1e300]),
    'log2': (lambda x: mp.log(x) / mp.log(2), [1e-300, 0.3, 1.0000001, 5, 1e300]),
    'tan': (mp.tan, [-1.5707, -0.3, 1e-300, 1.2, 100.5]),
    'asin': (mp.asin, [-1, -0.999999, -0.3, 1e-10, 0.75, 1]),
    'acos': (mp.acos, [-1, -0.999999, -0.3, 1e-10, 0.75, 0.999999]),
    'atan': (mp.atan, [-1e300, -3, 1e-10, 0.3, 50]),
    'sinh': (mp.sinh, [-700, -0.3, 1e-10, 5]),
    'cosh': (mp.cosh, [-700, -0.3, 1e-10, 5]),
    'tanh': (mp.tanh, [-30, -0.3, 1e-10, 5]),
    'asinh': (mp.asinh, [-1e300, -0.3, 1e-10, 5]),
    'acosh': (mp.acosh, [1, 1.0000001, 1.5, 1e300]),
    'atanh': (mp.atanh, [-0.999999, -0.3, 1e-10, 0.75]),
    'sinc': (sinc_derivative(0), [0, 1e-10, 0.49, 0.51, 3.1, 30.5]),
    'erf': (mp.erf, [-5, -0.3, 1e-10, 2]),
    'erfc': (mp.erfc, [-5, 0.3, 5, 26]),
    'lgamma': (lambda x: mp.log(abs(mp.gamma(x))), [-2.5, 0.1, 3.7, 1e10]),
    'sigmoid': (lambda x: 1 / (1 + mp.exp(-x)), [-700, -0.3, 1e-10, 40]),
    'softplus': (lambda x: mp.log1p(mp.exp(x)), [-100, -0.3, 1e-10, 40, 700]),
    'silu': (lambda x: x / (1 + mp.exp(-x)), [-700, -0.3, 1e-10, 40]),
}
points = [(0.3, 0.4), (-0.7, 0.2), (1.5, -2.25), (-3, -0.125), (0.001, 2)]
complex_ = {
    'reciprocal': lambda z: 1 / z, 'rsqrt': lambda z: 1 / mp.sqrt(z),
    'exp2': lambda z: mp.power(2, z), 'log2': lambda z: mp.log(z) / mp.log(2), 'tan': mp.tan,
    'asin': mp.asin, 'acos': mp.acos, 'atan': mp.atan, 'sinh': mp.sinh, 'cosh': mp.cosh,
    'tanh': mp.tanh, 'asinh': mp.asinh, 'acosh': mp.acosh, 'atanh': mp.atanh,
    'sinc': lambda z: mp.sin(z) / z,
}
orders = {
    'sinc': (lambda n: sinc_derivative(n), [0.001, 0.7, 2.4, 2.6, 5.7, 40]),
    'polygamma': (lambda n: (lambda x: mp.polygamma(n, x)), [0.01, 0.5, 1.75, 9, 1e6]),
}


def number(x):
    return mp.nstr(x, 20)


print('/* elementwise_numbers.h - made by tests/oracle/elementwise_numbers.py with mpmath. */')
print('static const struct real_case { dt_tensor *(*fn)(dt_tensor *); const char *name;'
      ' double x, y; } real_cases[] = {')
for name, (f, xs) in real.items():
    for x in xs:
        y = mp.re(f(mp.mpf(x)))
        print('    {dt_%s, "%s", %r, %s},' % (name, name, float(x), number(y)))
print('};')
print('static const struct complex_case { dt_tensor *(*fn)(dt_tensor *); const char *name;'
      ' dt_c128 x, y; } complex_cases[] = {')
for name, f in complex_.items():
    for re, im in points:
        y = mp.mpc(f(mp.mpc(re, im)))
        print('    {dt_%s, "%s", {%r, %r}, {%s, %s}},' % (name, name, float(re), float(im),
                                                        number(y.real), number(y.imag)))
print('};')
print('static const struct order_case { const char *name; int order; double x, y; } '
      'order_cases[] = {')
for name, (make, xs) in orders.items():
    for n in range(0, 6):
        for x in xs:
            print('    {"%s", %d, %r, %s},' % (name, n, float(x), number(make(n)(mp.mpf(x)))))
print('};')
