/* options_suggest.c - the name somebody probably meant. */
#include <difftape/config.h>

#include <ctype.h>
#include <string.h>

/* Longer texts are not slips of a name; the limit keeps the table on the stack. */
#define LONGEST_NAME 64

static int lower(char c) {
    return tolower((unsigned char)c);
}

static int smaller(int a, int b) {
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b (the optimal
 * string alignment form of Damerau 1964, Levenshtein 1966). */
static int edit_distance(const char *a, const char *b) {
    int n = (int)strlen(a), m = (int)strlen(b);
    int cost[3][LONGEST_NAME + 1];
    for (int j = 0; j <= m; j++) {
        cost[0][j] = j;
    }
    for (int i = 1; i <= n; i++) {
        int *now = cost[i % 3], *before = cost[(i + 2) % 3], *two_before = cost[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int replaced = before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            now[j] = smaller(replaced, smaller(before[j], now[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) {
                now[j] = smaller(now[j], two_before[j - 2] + 1);
            }
        }
    }
    return cost[n % 3][m];
}

static bool begins_with(const char *name, const char *text) {
    while (*text && lower(*name) == lower(*text)) {
        name++, text++;
    }
    return !*text;
}

const char *dt_nearest_name(const char *text, const char *const *names) {
    size_t length = strlen(text);
    if (length == 0 || length > LONGEST_NAME) {
        return NULL;
    }
    const char *nearest = NULL, *completed = NULL;
    int n_completed = 0, best = length < 6 ? 2 : (int)length / 3 + 1;
    for (; *names; names++) {
        if (strlen(*names) > LONGEST_NAME) {
            continue;
        }
        int distance = edit_distance(text, *names);
        if (distance < best) {
            best = distance, nearest = *names;
        }
        if (begins_with(*names, text)) {
            n_completed++, completed = *names;
        }
    }
    return nearest ? nearest : n_completed == 1 ? completed : NULL;
}
