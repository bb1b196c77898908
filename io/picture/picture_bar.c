/* picture_bar.c - the colour bar: colours, ticks, numbers, title, and what grey means. */
#include "picture_internal.h"

#include <math.h>
#include <stdio.h>

#define BAR_WIDTH         26
#define BAR_TITLE_GAP     26.0
#define FEWEST_TICKS      5
#define MOST_DECADE_TICKS 9
#define PLAIN_DECADES     4 /* beyond, all labels are powers of ten */
#define SWATCH            20
#define SWATCH_BELOW      30
#define SWATCH_GAP        9
#define MASKED            "masked" /* what grey means */

#define MAX_TICKS 64
typedef struct bar_tick {
    double place; /* 0 to 1 from the lower end */
    char label[DTI_TICK_LABEL_SIZE];
} bar_tick;

static int add_tick(bar_tick *ticks, int n, const dti_limits *limits, double value, double step) {
    double slack = 1e-9;
    bool inside = limits->logarithmic
                      ? value >= limits->low * (1 - slack) && value <= limits->high * (1 + slack)
                      : value >= limits->low - slack * step && value <= limits->high + slack * step;
    if (!inside || n >= MAX_TICKS) {
        return n;
    }
    ticks[n].place = dti_limits_place(limits, value);
    ticks[n].label[0] = '\0';
    if (step > 0) {
        dti_tick_label(value, step, ticks[n].label);
    }
    return n + 1;
}

/* Round numbers at equal distances. */
static int linear_ticks(const dti_limits *limits, double height, bar_tick *ticks) {
    double most = fmax(height / 60, FEWEST_TICKS);
    double step = dti_nice_step(fmax((limits->high / most - limits->low / most), 1e-300));
    int n = 0;
    for (double m = ceil(limits->low / step - 1e-9); m * step <= limits->high + 1e-9 * step; m++) {
        n = add_tick(ticks, n, limits, m * step, step);
    }
    return n;
}

/* Powers of ten, every second or third where there are many; 2 and 5 between where there are few;
 * short ticks without a label at the other whole multiples. */
static int log_ticks(const dti_limits *limits, bar_tick *ticks) {
    int first = (int)floor(log10(limits->low)), last = (int)ceil(log10(limits->high));
    double decades = log10(limits->high) - log10(limits->low);
    int every = (int)ceil(decades / MOST_DECADE_TICKS);
    if (every < 1) {
        every = 1;
    }
    int n = 0;
    for (int power = first; power <= last; power++) {
        for (int digit = 1; digit <= 9; digit++) {
            bool labelled =
                digit == 1 ? power % every == 0 : decades < 3 && (digit == 2 || digit == 5);
            if (digit > 1 && decades > 6) {
                break;
            }
            double value = digit * pow(10, power);
            int before = n;
            n = add_tick(ticks, n, limits, value, labelled ? pow(10, power) : 0);
            if (n > before && labelled && decades > PLAIN_DECADES) {
                snprintf(ticks[before].label, DTI_TICK_LABEL_SIZE, "10^{%d}", power);
            }
        }
    }
    return n;
}

static int count_labels(const bar_tick *ticks, int n) {
    int labels = 0;
    for (int i = 0; i < n; i++) {
        labels += ticks[i].label[0] != '\0';
    }
    return labels;
}

static int make_ticks(const dti_limits *limits, double height, bar_tick *ticks) {
    int n = limits->logarithmic ? log_ticks(limits, ticks) : linear_ticks(limits, height, ticks);
    /* less than about a third of a decade: round numbers at equal distances say more */
    if (limits->logarithmic && count_labels(ticks, n) < 2) {
        n = linear_ticks(limits, height, ticks);
    }
    return n;
}

double dti_bar_label_width(const dti_limits *limits, double bar_height) {
    bar_tick ticks[MAX_TICKS];
    int n = make_ticks(limits, bar_height, ticks);
    double widest = 0;
    for (int i = 0; i < n; i++) {
        widest = fmax(widest, dti_text_width(ticks[i].label, DTI_LABEL_SIZE));
    }
    return widest;
}

double dti_bar_legend_width(const dti_limits *limits) {
    if (!limits->any_invalid) {
        return 0;
    }
    return 3 + SWATCH + SWATCH_GAP + dti_text_width(MASKED, DTI_LABEL_SIZE);
}

static void draw_frame(dti_canvas *canvas, double x, double y, double width, double height) {
    dti_canvas_line(canvas, x, y, x + width, y, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x, y + height, x + width, y + height, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x, y, x, y + height, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x + width, y, x + width, y + height, DTI_LINE, DTI_INK);
}

static void draw_numbers(dti_canvas *canvas, const dti_limits *limits, double right, double top,
                         double height) {
    bar_tick ticks[MAX_TICKS];
    int n = make_ticks(limits, height, ticks);
    for (int i = 0; i < n; i++) {
        double y = top + (1 - ticks[i].place) * height;
        bool labelled = ticks[i].label[0] != '\0';
        double length = labelled ? DTI_TICK : DTI_MINOR_TICK;
        dti_canvas_line(canvas, right, y, right + length, y, DTI_LINE, DTI_INK);
        dti_canvas_text(canvas, right + length + DTI_TICK_GAP - 2, y, -1, ticks[i].label,
                        (dti_text_style){DTI_LABEL_SIZE, 0, 0, DTI_INK});
    }
}

void dti_draw_colour_bar(dti_canvas *canvas, const dti_layout *layout, const dti_limits *limits,
                         const dti_rgb map[DTI_COLORMAP_SIZE], const dt_picture_options *options) {
    const double quarter_turn = 3.14159265358979323846 / 2;
    int x = (int)layout->bar_left, y = (int)layout->bar_top;
    int height = (int)layout->bar_bottom - y;
    const dti_text_style label = {DTI_LABEL_SIZE, 0, 0, DTI_INK};
    for (int row = 0; row < height && !limits->empty; row++) {
        int index = (int)((1 - (row + 0.5) / height) * DTI_COLORMAP_SIZE);
        dti_canvas_rectangle(canvas, x, y + row, BAR_WIDTH, 1, map[index]);
    }
    draw_frame(canvas, x, y, BAR_WIDTH, height);
    if (!limits->empty) {
        draw_numbers(canvas, limits, x + BAR_WIDTH, y, height);
    }
    if (options->value_title) {
        double labels = limits->empty ? 0 : dti_bar_label_width(limits, height);
        double at = x + BAR_WIDTH + DTI_TICK + DTI_TICK_GAP + labels + BAR_TITLE_GAP;
        double size = DTI_LABEL_SIZE + 1, length = dti_text_width(options->value_title, size);
        if (length > height) {
            size *= height / length;
        }
        dti_canvas_text(canvas, at, y + height / 2.0, 0, options->value_title,
                        (dti_text_style){size, quarter_turn, 0, DTI_INK});
    }
    if (!limits->any_invalid) {
        return;
    }
    int below = y + height + SWATCH_BELOW;
    dti_canvas_rectangle(canvas, x + 3, below, SWATCH, SWATCH, DTI_GREY);
    draw_frame(canvas, x + 3, below, SWATCH, SWATCH);
    dti_canvas_text(canvas, x + 3 + SWATCH + SWATCH_GAP, below + SWATCH / 2.0, -1, MASKED, label);
}
