/* set.h - names of the kernel set a file is compiled for.
 *
 * Map kernels are compiled once per set of processor instructions, with DTI_SET defined as the name
 * of the set (tensor/meson.build); everything such a file exports carries that name as a suffix. */
#ifndef DTI_SET_H
#define DTI_SET_H

#ifndef DTI_SET
#error "kernel files are compiled once per kernel set, see tensor/meson.build"
#endif

#define DTI_JOIN2(a, b)  a##_##b
#define DTI_JOIN(a, b)   DTI_JOIN2(a, b)
#define DTI_OF_SET(name) DTI_JOIN(name, DTI_SET)

#endif
