/* The loops over coded rows, included once for each kind of processor: FOR_THIS names the functions, TARGET says what
 * instructions they may use. What the numbers mean, and why none leaves 32 bits, is told in codes.py. The loops are
 * plain, so that the compiler makes what it can of them: sums of whole numbers are the same in any order. */

static inline TARGET int32_t FOR_THIS(high_product)(const int8_t *high, const int16_t *query, int64_t width)
{
    int32_t sum = 0;
    for (int64_t at = 0; at < width; at++)
        sum += (int32_t)high[at] * query[at];
    return sum;
}

static inline TARGET int32_t FOR_THIS(low_product)(const uint8_t *low, const int16_t *query, int64_t width)
{
    const int64_t half = width / 2;
    int32_t first = 0, second = 0;
    /* Two loops: compilers make pairs of products of each, and neither of both together. */
    for (int64_t at = 0; at < half; at++)
        first += (int32_t)(int16_t)((low[at] & 15) - 8) * query[at];
    for (int64_t at = 0; at < half; at++)
        second += (int32_t)(int16_t)((low[at] >> 4) - 8) * query[half + at];
    return first + second;
}

static inline TARGET int32_t FOR_THIS(whole_product)(const int16_t *row, const int16_t *query, int64_t width)
{
    int32_t sum = 0;
    for (int64_t at = 0; at < width; at++)
        sum += (int32_t)row[at] * query[at];
    return sum;
}

/* The components of a row in whole steps, padding included. */
static inline TARGET void FOR_THIS(read_row)(int16_t *row, const struct coded_rows *of, int64_t number)
{
    const int64_t width = of->width, half = width / 2;
    const uint8_t shift = of->shifts[number];
    if (shift >= WIDE_SHIFT) {
        const float *vector = of->vectors + number * of->dimension;
        for (int64_t at = 0; at < of->dimension; at++)
            row[at] = (int16_t)(vector[at] * STEPS_IN_ONE);
        for (int64_t at = of->dimension; at < width; at++)
            row[at] = 0;
        return;
    }
    const uint8_t *record = of->records + number * RECORD_SIZE(width);
    const int8_t *high = (const int8_t *)record;
    const uint8_t *low = record + width;
    const int16_t times = (int16_t)(1 << shift);
    for (int64_t at = 0; at < half; at++)
        row[at] = (int16_t)(high[at] * times + (low[at] & 15) - 8);
    for (int64_t at = 0; at < half; at++)
        row[half + at] = (int16_t)(high[half + at] * times + (low[at] >> 4) - 8);
}

/* Append every row that may be among the k best to found_rows and found_products; return how many they are.
 * best_k is a heap with the least at its root: the k best products so far, in whole steps. */
static TARGET int64_t FOR_THIS(nearest)(const struct coded_rows *of, const struct chosen_rows *chosen,
                                        const uint8_t *dropped, const int16_t *query, int32_t length, int32_t *best_k,
                                        int64_t k, int16_t *buffer, int64_t *found_rows, int32_t *found_products)
{
    const int64_t width = of->width, size = RECORD_SIZE(width);
    int64_t found = 0;
    for (int64_t at = 0; at < chosen->count; at++) {
        const int64_t number = chosen->rows ? chosen->rows[at] : at;
        if (at + ROWS_AHEAD < chosen->count) {
            const uint8_t *next = of->records + (chosen->rows ? chosen->rows[at + ROWS_AHEAD] : at + ROWS_AHEAD) * size;
            for (int64_t byte = 0; byte < width; byte += CACHE_LINE)
                PREFETCH(next + byte);
        }
        if (dropped && dropped[number])
            continue;
        const uint8_t *record = of->records + number * size;
        const uint8_t shift = of->shifts[number];
        int32_t product = FOR_THIS(high_product)((const int8_t *)record, query, width) * (1 << shift);
        if (product + length * (int32_t)of->errors[number] < best_k[0])
            continue;
        if (shift >= WIDE_SHIFT) {
            FOR_THIS(read_row)(buffer, of, number);
            product = FOR_THIS(whole_product)(buffer, query, width);
        } else {
            product += FOR_THIS(low_product)(record + width, query, width);
        }
        if (product < best_k[0])
            continue;
        found_rows[found] = number;
        found_products[found++] = product;
        replace_least(best_k, k, product);
    }
    return found;
}

static TARGET void FOR_THIS(similarities)(const struct coded_rows *of, const struct chosen_rows *chosen,
                                          const int16_t *queries, int64_t query_count, int16_t *buffer, float *result,
                                          int64_t result_stride)
{
    const int64_t width = of->width, size = RECORD_SIZE(width);
    for (int64_t at = 0; at < chosen->count; at++) {
        const int64_t number = chosen->rows ? chosen->rows[at] : at;
        if (at + ROWS_AHEAD < chosen->count) {
            const uint8_t *next = of->records + (chosen->rows ? chosen->rows[at + ROWS_AHEAD] : at + ROWS_AHEAD) * size;
            for (int64_t byte = 0; byte < size; byte += CACHE_LINE)
                PREFETCH(next + byte);
        }
        FOR_THIS(read_row)(buffer, of, number);
        for (int64_t query = 0; query < query_count; query++)
            result[query * result_stride + at] =
                (float)FOR_THIS(whole_product)(buffer, queries + query * width, width) * PRODUCT_STEP;
    }
}

/* Write the codes of `count` rounded vectors; return the first row that is not rounded, or -1. */
static TARGET int64_t FOR_THIS(encode)(const float *vectors, int64_t count, int64_t dimension, int64_t width,
                                       int16_t *restrict buffer, uint8_t *restrict records, uint8_t *restrict shifts,
                                       uint16_t *restrict errors)
{
    const int64_t half = width / 2;
    for (int64_t at = 0; at < width; at++)
        buffer[at] = 0;
    for (int64_t number = 0; number < count; number++) {
        const float *vector = vectors + number * dimension;
        int32_t greatest = 0, differing = 0;
        for (int64_t at = 0; at < dimension; at++) {
            const float steps = vector[at] * STEPS_IN_ONE;
            /* In this form what is not a number becomes one, and then differs. */
            const float below = steps < MOST_STEPS ? steps : MOST_STEPS;
            const float within = below > -MOST_STEPS ? below : -MOST_STEPS;
            const int32_t step = (int32_t)within, size = step < 0 ? -step : step;
            differing |= (float)step != steps;
            greatest = size > greatest ? size : greatest;
            buffer[at] = (int16_t)step;
        }
        if (differing)
            return number;
        int shift = 0;
        while (greatest > reach[shift])
            shift++;
        const int16_t half_step = (int16_t)((1 << shift) >> 1), times = (int16_t)(1 << shift);
        uint8_t *restrict record = records + number * RECORD_SIZE(width);
        int32_t square = 0;
        for (int64_t at = 0; at < width; at++) {
            /* Shifting keeps the sign with every compiler in use. */
            const int16_t high = (int16_t)((int16_t)(buffer[at] + half_step) >> shift);
            const int16_t low = (int16_t)(buffer[at] - high * times);
            record[at] = (uint8_t)high;
            buffer[at] = low;
            square += (int32_t)low * low;
        }
        for (int64_t at = 0; at < half; at++) {
            /* Five bits do not fit; nobody reads what is kept of them. */
            int16_t first = (int16_t)(buffer[at] + 8), second = (int16_t)(buffer[half + at] + 8);
            first = first < 0 ? 0 : first > 15 ? 15 : first;
            second = second < 0 ? 0 : second > 15 ? 15 : second;
            record[width + at] = (uint8_t)(first | second * 16);
        }
        for (int64_t at = dimension; at < width; at++)
            buffer[at] = 0;
        shifts[number] = (uint8_t)shift;
        errors[number] = root_rounded_up(square);
    }
    return -1;
}

#undef TARGET
#undef FOR_THIS
