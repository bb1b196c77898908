/* einsum.c - sums of products by index letters, as permutations and matrix products. */
#include "../ops.h"

#include <stdio.h>
#include <string.h>

#define LETTERS  26
#define OPERANDS 8

/* A tensor and the letter of each dimension. */
struct labelled {
    dt_tensor *x;
    int n;
    char letter[DT_MAX_DIMS];
    int at[DT_MAX_DIMS]; /* where in the text */
};

struct spec {
    int n_operands;
    struct labelled operand[OPERANDS];
    struct labelled output;
    int uses[LETTERS]; /* operands not yet multiplied that carry the letter */
};

static int find(const struct labelled *t, char letter) {
    for (int d = 0; d < t->n; d++) {
        if (t->letter[d] == letter) {
            return d;
        }
    }
    return -1;
}

static bool refuse(dt_tape *tape, const char *text, int at, const char *why) {
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "einsum: \"%s\", character %d: %s", text, at + 1, why);
    return false;
}

/* Letters up to a comma, an arrow or the end; returns the place after them, -1 on failure. */
static int read_letters(dt_tape *tape, const char *text, int at, struct labelled *ret) {
    for (; text[at] != '\0' && text[at] != ',' && text[at] != '-'; at++) {
        if (text[at] == ' ') {
            continue;
        }
        if (text[at] < 'a' || text[at] > 'z') {
            refuse(tape, text, at, "expected a letter from a to z");
            return -1;
        }
        if (ret->n == DT_MAX_DIMS) {
            refuse(tape, text, at, "more than 8 dimensions");
            return -1;
        }
        ret->at[ret->n] = at;
        ret->letter[ret->n++] = text[at];
    }
    return at;
}

/* Without an arrow: the letters that occur once, in alphabetical order. */
static bool implicit_output(dt_tape *tape, const char *text, struct spec *s) {
    for (char letter = 'a'; letter <= 'z'; letter++) {
        int count = 0;
        for (int i = 0; i < s->n_operands; i++) {
            for (int d = 0; d < s->operand[i].n; d++) {
                count += s->operand[i].letter[d] == letter;
            }
        }
        if (count == 1 && s->output.n == DT_MAX_DIMS) {
            dt_tape_fail(tape, DT_ERR_SHAPE,
                         "einsum: \"%s\": the result has more than 8 dimensions", text);
            return false;
        }
        if (count == 1) {
            s->output.letter[s->output.n++] = letter;
        }
    }
    return true;
}

static bool check_output(dt_tape *tape, const char *text, const struct spec *s) {
    for (int d = 0; d < s->output.n; d++) {
        bool known = false;
        for (int i = 0; i < s->n_operands; i++) {
            known = known || find(&s->operand[i], s->output.letter[d]) >= 0;
        }
        if (!known || find(&s->output, s->output.letter[d]) != d) {
            return refuse(tape, text, s->output.at[d],
                          known ? "a letter of the result occurs twice in it"
                                : "a letter of the result occurs in no operand");
        }
    }
    return true;
}

static bool parse(dt_tape *tape, const char *text, int n, struct spec *ret) {
    int at = 0;
    for (;;) {
        if (ret->n_operands == OPERANDS) {
            return refuse(tape, text, at, "more than 8 operands");
        }
        at = read_letters(tape, text, at, &ret->operand[ret->n_operands++]);
        if (at < 0) {
            return false;
        }
        if (text[at] != ',') {
            break;
        }
        at++;
    }
    if (ret->n_operands != n) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "einsum: \"%s\" names %d operands, got %d", text,
                     ret->n_operands, n);
        return false;
    }
    if (text[at] == '\0') {
        return implicit_output(tape, text, ret);
    }
    if (text[at + 1] != '>') {
        return refuse(tape, text, at, "expected ->");
    }
    int end = read_letters(tape, text, at + 2, &ret->output);
    if (end < 0 || text[end] != '\0') {
        return end < 0 ? false : refuse(tape, text, end, "expected the end");
    }
    return check_output(tape, text, ret);
}

/* Do the operands have as many dimensions as letters, and equal letters equal sizes? */
static bool check_sizes(dt_tape *tape, const char *text, struct spec *s) {
    int64_t size[LETTERS];
    memset(size, -1, sizeof size);
    for (int i = 0; i < s->n_operands; i++) {
        struct labelled *t = &s->operand[i];
        if (dt_ndim(t->x) != t->n) {
            dt_tape_fail(tape, DT_ERR_SHAPE,
                         "einsum: \"%s\": operand %d has %d dimensions, the text names %d", text, i,
                         dt_ndim(t->x), t->n);
            return false;
        }
        for (int d = 0; d < t->n; d++) {
            int64_t *known = &size[t->letter[d] - 'a'];
            if (*known >= 0 && *known != dt_shape(t->x)[d]) {
                dt_tape_fail(tape, DT_ERR_SHAPE,
                             "einsum: \"%s\": letter %c has sizes %lld and %lld", text,
                             t->letter[d], (long long)*known, (long long)dt_shape(t->x)[d]);
                return false;
            }
            *known = dt_shape(t->x)[d];
        }
    }
    return true;
}

static void remove_letter(struct labelled *t, int d) {
    memmove(&t->letter[d], &t->letter[d + 1], (size_t)(t->n - d - 1));
    t->n--;
}

/* A letter that stands twice in one operand: its diagonal. */
static void take_diagonals(struct labelled *t) {
    for (int d = 0; d < t->n; d++) {
        for (int e = d + 1; e < t->n; e++) {
            if (t->letter[d] != t->letter[e]) {
                continue;
            }
            int axes[DT_MAX_DIMS], at = 0;
            char letter = t->letter[d];
            for (int f = 0; f < t->n; f++) {
                if (f != d && f != e) {
                    axes[at++] = f;
                }
            }
            axes[at++] = d;
            axes[at] = e;
            t->x = dt_diagonal(dt_permute(t->x, axes));
            remove_letter(t, e);
            remove_letter(t, d);
            t->letter[t->n++] = letter;
            d = -1;
            break;
        }
    }
}

static bool is_needed(const struct spec *s, char letter) {
    return s->uses[letter - 'a'] > 0 || find(&s->output, letter) >= 0;
}

/* Sum over the letters of t that neither the result nor another operand has. */
static void sum_unused(const struct spec *s, struct labelled *t) {
    for (int d = t->n - 1; d >= 0; d--) {
        if (!is_needed(s, t->letter[d])) {
            t->x = dt_sum(t->x, d);
            remove_letter(t, d);
        }
    }
}

static void count_uses(struct spec *s, const struct labelled *t, int change) {
    for (int d = 0; d < t->n; d++) {
        if (find(t, t->letter[d]) == d) {
            s->uses[t->letter[d] - 'a'] += change;
        }
    }
}

enum part { SHARED, SUMMED, OWN };

/* What a letter of t is with respect to the other factor. */
static enum part part_of(const struct spec *s, const struct labelled *other, char letter) {
    if (find(other, letter) < 0) {
        return OWN;
    }
    return is_needed(s, letter) ? SHARED : SUMMED;
}

/* t as (shared, rows, columns) matrices with the parts in the given order; the letters of a part
 * are those of `order`, or t's own. */
static dt_tensor *as_matrices(const struct spec *s, const struct labelled *t,
                              const struct labelled *other, const struct labelled *order,
                              enum part rows, enum part columns) {
    const enum part parts[3] = {SHARED, rows, columns};
    int axes[DT_MAX_DIMS], at = 0;
    int64_t shape[3] = {1, 1, 1};
    for (int p = 0; p < 3; p++) {
        const struct labelled *letters = parts[p] == OWN ? t : order;
        const struct labelled *against = letters == t ? other : (order == t ? other : t);
        for (int d = 0; d < letters->n; d++) {
            char letter = letters->letter[d];
            if (part_of(s, against, letter) == parts[p]) {
                axes[at] = find(t, letter);
                shape[p] *= dt_shape(t->x)[axes[at++]];
            }
        }
    }
    return dt_reshape(dt_permute(t->x, axes), 3, shape);
}

static void append(struct labelled *t, int64_t *shape, char letter, int64_t size) {
    shape[t->n] = size;
    t->letter[t->n++] = letter;
}

/* a b summed over what nobody needs any more. */
static struct labelled multiply(const struct spec *s, struct labelled *a, struct labelled *b) {
    struct labelled c = {.n = 0};
    int64_t shape[2 * DT_MAX_DIMS];
    dt_tensor *left = as_matrices(s, a, b, a, OWN, SUMMED);
    dt_tensor *right = as_matrices(s, b, a, a, SUMMED, OWN);
    for (int pass = 0; pass < 2; pass++) {
        for (int d = 0; d < a->n; d++) {
            enum part part = part_of(s, b, a->letter[d]);
            if (part == (pass == 0 ? SHARED : OWN) && c.n < DT_MAX_DIMS) {
                append(&c, shape, a->letter[d], dt_shape(a->x)[d]);
            }
        }
    }
    for (int d = 0; d < b->n && c.n <= DT_MAX_DIMS; d++) {
        if (part_of(s, a, b->letter[d]) == OWN) {
            if (c.n == DT_MAX_DIMS) {
                dt_tape_fail(dt_tape_of(a->x), DT_ERR_SHAPE,
                             "einsum: an intermediate product has more than 8 dimensions");
                break;
            }
            append(&c, shape, b->letter[d], dt_shape(b->x)[d]);
        }
    }
    c.x = dt_reshape(dt_matmul(left, right), c.n, shape);
    return c;
}

dt_tensor *dt_einsum(const char *text, int n, dt_tensor *const *x) {
    struct spec s = {.n_operands = 0};
    if (n < 1 || x[0] == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(x[0]);
    if (dt_tape_status(tape) != DT_OK || !parse(tape, text, n, &s)) {
        return dt_inert(tape);
    }
    for (int i = 0; i < n; i++) {
        if (x[i] == NULL || dt_tape_of(x[i]) != tape) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT, "einsum: operand %d is %s", i,
                         x[i] == NULL ? "NULL" : "on another tape");
            return dt_inert(tape);
        }
        s.operand[i].x = x[i];
    }
    if (!check_sizes(tape, text, &s)) {
        return dt_inert(tape);
    }
    for (int i = 0; i < n; i++) {
        take_diagonals(&s.operand[i]);
        count_uses(&s, &s.operand[i], 1);
    }
    struct labelled product = s.operand[0];
    count_uses(&s, &product, -1);
    for (int i = 1; i < n && dt_tape_status(tape) == DT_OK; i++) {
        sum_unused(&s, &product);
        count_uses(&s, &s.operand[i], -1);
        count_uses(&s, &product, 1);
        sum_unused(&s, &s.operand[i]);
        count_uses(&s, &product, -1);
        product = multiply(&s, &product, &s.operand[i]);
    }
    sum_unused(&s, &product);
    int axes[DT_MAX_DIMS];
    for (int d = 0; d < s.output.n; d++) {
        axes[d] = find(&product, s.output.letter[d]);
    }
    return dt_tape_status(tape) == DT_OK ? dt_permute(product.x, axes) : dt_inert(tape);
}
