/* font.c - the strokes of every glyph, and how they become line segments. */

/* A glyph is text: its width, then strokes. A stroke is a kind and points, each point two
 * characters x and y on a grid: 0-9, a-z for 0 to 35. The baseline is y = 4, capitals end at
 * g = 16, descenders at 0. The kinds:
 *
 * - "/" straight lines through the points;
 *
 * - "~" a quadratic B-spline that starts at the first point and ends at the last;
 *
 * - "@" a closed quadratic B-spline (four corners of a box give its ellipse). */
#include "font.h"

#include <stddef.h>
#include <string.h>

#define FIRST_ASCII 32
#define LAST_ASCII  126
#define BASELINE    4
#define CURVE_STEPS 6
#define MAX_POINTS  32

static const char *const ascii[LAST_ASCII - FIRST_ASCII + 1] = {
    "4",                                /* space */
    "2/1g19/1414",                      /* ! */
    "4/0g0d/4g4d",                      /* " */
    "8/3g14/7g54/0c8c/0888",            /* # */
    "7~7d7g0g0a7a740407/4i42",          /* $ */
    "a@0b4b4g0g@64a4a969/9g14",         /* % */
    "9~941c2g7g6b0904649a",             /* & */
    "2/1g1d",                           /* ' */
    "3~3h0d0733",                       /* ( */
    "3~0h3d3703",                       /* ) */
    "6/3g3a/0f6b/0b6f",                 /* * */
    "8/4c44/0888",                      /* + */
    "2/1402",                           /* , */
    "6/0868",                           /* - */
    "2/1414",                           /* . */
    "6/6g04",                           /* / */
    "7@0474797b7g0g0b09",               /* 0 */
    "7/1d4g44",                         /* 1 */
    "7~0c0g7g7b04/0474",                /* 2 */
    "7~0d0g6g6a2a~2a7a740407",          /* 3 */
    "7/545g0878",                       /* 4 */
    "7/6g1g0a~0a2c7c740407",            /* 5 */
    "7@04747b0b~6g0e08",                /* 6 */
    "7/0g7g24",                         /* 7 */
    "7@1a6a6g1g@04747a0a",              /* 8 */
    "7@09797g0g~14767c",                /* 9 */
    "2/1414/1b1b",                      /* : */
    "2/1402/1b1b",                      /* ; */
    "7/7c0874",                         /* < */
    "7/0a7a/0676",                      /* = */
    "7/0c7804",                         /* > */
    "6~0d0g6g6a38/3434",                /* ? */
    "a@02a2ag0g@37777d3d/7d77",         /* @ */
    "8/044g84/1777",                    /* A */
    "7/040g~0g3g6g6a3a0a~0a4a7a744404", /* B */
    "8~8d8g0g048487",                   /* C */
    "8/040g~0g2g8g842404",              /* D */
    "6/6g0g0464/0a5a",                  /* E */
    "6/6g0g04/0a5a",                    /* F */
    "8~8d8g0g04848a/8a5a",              /* G */
    "8/040g/848g/0a8a",                 /* H */
    "4/2g24/0g4g/0444",                 /* I */
    "6~6g69640408",                     /* J */
    "7/040g/7g08/2a74",                 /* K */
    "6/0g0464",                         /* L */
    "9/040g589g94",                     /* M */
    "8/040g848g",                       /* N */
    "9@04949g0g",                       /* O */
    "7/040g~0g4g7g794909",              /* P */
    "9@04949g0g/5893",                  /* Q */
    "7/040g~0g4g7g794909/3974",         /* R */
    "7~7d7g0g0a7a740407",               /* S */
    "8/0g8g/4g44",                      /* T */
    "8~0g0a04848a8g",                   /* U */
    "8/0g448g",                         /* V */
    "c/0g346f94cg",                     /* W */
    "8/048g/0g84",                      /* X */
    "8/0g4a8g/4a44",                    /* Y */
    "8/0g8g0484",                       /* Z */
    "3/3h0h0333",                       /* [ */
    "6/0g64",                           /* \ */
    "3/0h3h3303",                       /* ] */
    "6/0c3g6c",                         /* ^ */
    "7/0272",                           /* _ */
    "3/0g2d",                           /* ` */
    "6@04646c0c/6c64",                  /* a */
    "6@04646c0c/0g04",                  /* b */
    "6~6a6c0c046466",                   /* c */
    "6@04646c0c/6g64",                  /* d */
    "6/0868~686c0c046466",              /* e */
    "4~4g1g1b14/0c4c",                  /* f */
    "6@04646c0c~6c63600002",            /* g */
    "6/040g~080c6c6864",                /* h */
    "2/1c14/1g1g",                      /* i */
    "3/2g2g~2c242000",                  /* j */
    "6/040g/6c07/2964",                 /* k */
    "2/1g14",                           /* l */
    "a/040c~080c5c5854~585caca8a4",     /* m */
    "6/040c~080c6c6864",                /* n */
    "6@04646c0c",                       /* o */
    "6@04646c0c/0c00",                  /* p */
    "6@04646c0c/6c60",                  /* q */
    "4/040c~080c4c",                    /* r */
    "5~5a5c0c0858540406",               /* s */
    "4~1g181444/0c4c",                  /* t */
    "6/6c64~0c08046468",                /* u */
    "6/0c346c",                         /* v */
    "8/0c244c648c",                     /* w */
    "6/046c/0c64",                      /* x */
    "6/0c34/6c10",                      /* y */
    "6/0c6c0464",                       /* z */
    "4~4h2h2a0a~0a2a2343",              /* { */
    "2/1h13",                           /* | */
    "4~0h2h2a4a~4a2a2303",              /* } */
    "8~072b668a",                       /* ~ */
};

static const struct {
    uint32_t character;
    const char *strokes;
} others[] = {
    {0x00b0, "4@0c4c4g0g"},             /* degree */
    {0x00b5, "6/6c64~0c08046468/0c00"}, /* micro */
    {0x00b7, "2/1919"},                 /* middle dot */
    {0x00c5, "8/044e84/1777@3f5f5i3i"}, /* A with ring, Angstrom */
    {0x00d7, "8/1b75/157b"},            /* times */
    {0x2212, "6/0868"},                 /* minus */
    {0x212b, "8/044e84/1777@3f5f5i3i"}, /* Angstrom sign */
};

static const char unknown[] = "7/04740g7g0g04"; /* a crossed box */

uint32_t dti_font_next(const char **text) {
    const unsigned char *s = (const unsigned char *)*text;
    if (!*s) {
        return 0;
    }
    int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    if (s[0] >= 0x80 && more == 0) { /* a continuation without a beginning */
        *text += 1;
        return 0xfffd;
    }
    uint32_t code = more == 3 ? s[0] & 7u : more == 2 ? s[0] & 15u : more == 1 ? s[0] & 31u : s[0];
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) { /* not a continuation: take the first byte alone */
            *text += 1;
            return 0xfffd;
        }
        code = code << 6 | (s[i] & 63u);
    }
    *text += more + 1;
    return code;
}

static const char *find_strokes(uint32_t character) {
    if (character >= FIRST_ASCII && character <= LAST_ASCII) {
        return ascii[character - FIRST_ASCII];
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].character == character) {
            return others[i].strokes;
        }
    }
    return unknown;
}

typedef struct point {
    float x, y;
} point;

typedef struct outline {
    dti_segment *segments;
    int n;
} outline;

static void add(outline *o, point a, point b) {
    if (o->n < DTI_FONT_MAX_SEGMENTS) {
        o->segments[o->n++] = (dti_segment){a.x, a.y, b.x, b.y};
    }
}

static point between(point a, point b) {
    return (point){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/* Quadratic Bezier curve from a to c with the control point b. */
static void add_curve(outline *o, point a, point b, point c) {
    point before = a;
    for (int i = 1; i <= CURVE_STEPS; i++) {
        float t = (float)i / CURVE_STEPS, u = 1 - t;
        point next = {u * u * a.x + 2 * u * t * b.x + t * t * c.x,
                      u * u * a.y + 2 * u * t * b.y + t * t * c.y};
        add(o, before, next);
        before = next;
    }
}

static void add_stroke(outline *o, char kind, const point *p, int n) {
    if (kind == '/') {
        for (int i = 0; i + 1 < n; i++) {
            add(o, p[i], p[i + 1]);
        }
    } else if (kind == '@') {
        for (int i = 0; i < n; i++) {
            add_curve(o, between(p[i], p[(i + 1) % n]), p[(i + 1) % n],
                      between(p[(i + 1) % n], p[(i + 2) % n]));
        }
    } else {
        for (int i = 1; i + 1 < n; i++) {
            add_curve(o, i == 1 ? p[0] : between(p[i - 1], p[i]), p[i],
                      i + 2 == n ? p[n - 1] : between(p[i], p[i + 1]));
        }
    }
}

static int grid(char c) {
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

int dti_font_glyph(uint32_t character, dti_segment segments[DTI_FONT_MAX_SEGMENTS],
                   float *ret_width) {
    const char *s = find_strokes(character);
    outline o = {segments, 0};
    *ret_width = (float)grid(*s++);
    while (*s) {
        char kind = *s++;
        point points[MAX_POINTS];
        int n = 0;
        for (; *s && !strchr("/~@", *s); s += 2) {
            if (n < MAX_POINTS) {
                points[n++] = (point){(float)grid(s[0]), (float)(grid(s[1]) - BASELINE)};
            }
        }
        add_stroke(&o, kind, points, n);
    }
    return o.n;
}
