/* Products of coded rows (see codes.py), for whoever has a C compiler: loaded by compiled_kernel.py, never needed.
 *
 * The same loops are compiled for three kinds of processor, and the best of them that this one can run is taken when a
 * function is called. Nothing here knows of Python, so no headers of Python are needed. */

#include <stdint.h>

#if defined(_MSC_VER)
#error "made for compilers that know the attributes of GCC; without it the service works as well, only slower"
#endif

#define EXPORTED __attribute__((visibility("default")))
#define PREFETCH(address) __builtin_prefetch(address)
#define CACHE_LINE 64
/* Rows are mostly far apart, where the processor does not guess what comes next. */
#define ROWS_AHEAD 6
#define WIDE_SHIFT 5
#define STEPS_IN_ONE 2048.0f
#define MOST_STEPS 4079.0f
#define PRODUCT_STEP (1.0f / (2048.0f * 2048.0f))
#define RECORD_SIZE(width) ((width) / 2 * 3)

/* To be raised with every change of a function's parameters or meaning. */
#define INTERFACE 1

struct coded_rows {
    const uint8_t *records;
    const uint8_t *shifts;
    const uint16_t *errors;
    const float *vectors;
    int64_t dimension;
    int64_t width;
};

/* All of the first `count` rows where `rows` is null. */
struct chosen_rows {
    const int64_t *rows;
    int64_t count;
};

static inline void replace_least(int32_t *heap, int64_t size, int32_t value)
{
    int64_t at = 0;
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= size)
            break;
        if (child + 1 < size && heap[child + 1] < heap[child])
            child++;
        if (heap[child] >= value)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = value;
}

/* The greatest component that each shift can hold in its high part. */
static const int32_t reach[WIDE_SHIFT + 1] = {127, 254, 509, 1019, 2039, 4079};

/* The least number whose square is enough. */
static uint16_t root_rounded_up(int64_t square)
{
    int64_t below = 0, enough = 65535;
    while (below < enough) {
        const int64_t middle = (below + enough) / 2;
        if (middle * middle >= square)
            enough = middle;
        else
            below = middle + 1;
    }
    return (uint16_t)enough;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define SEVERAL_KINDS 1
#if defined(__clang__)
#define WHOLE_WIDTH
#else
#define WHOLE_WIDTH ",prefer-vector-width=512"
#endif
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni" WHOLE_WIDTH)))
#define FOR_THIS(name) name##_vnni
#include "product_loops.h"
#define TARGET __attribute__((target("avx2")))
#define FOR_THIS(name) name##_avx2
#include "product_loops.h"
#endif

#define TARGET
#define FOR_THIS(name) name##_any
#include "product_loops.h"

enum kind { ANY = 0, AVX2 = 1, VNNI = 2 };

static int best_kind(void)
{
#if defined(SEVERAL_KINDS)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni"))
        return VNNI;
    if (__builtin_cpu_supports("avx2"))
        return AVX2;
#endif
    return ANY;
}

/* Less than best_kind only where a test asks for it. */
static int most_allowed = VNNI;

static int kind(void)
{
    const int best = best_kind();
    return best < most_allowed ? best : most_allowed;
}

EXPORTED int32_t wellplaced_interface(void)
{
    return INTERFACE;
}

EXPORTED int32_t wellplaced_allow(int32_t most)
{
    most_allowed = most;
    return kind();
}

EXPORTED int64_t wellplaced_nearest(const struct coded_rows *of, const struct chosen_rows *chosen,
                                    const uint8_t *dropped, const int16_t *query, int32_t length, int32_t *best_k,
                                    int64_t k, int16_t *buffer, int64_t *found_rows, int32_t *found_products)
{
#if defined(SEVERAL_KINDS)
    switch (kind()) {
    case VNNI:
        return nearest_vnni(of, chosen, dropped, query, length, best_k, k, buffer, found_rows, found_products);
    case AVX2:
        return nearest_avx2(of, chosen, dropped, query, length, best_k, k, buffer, found_rows, found_products);
    }
#endif
    return nearest_any(of, chosen, dropped, query, length, best_k, k, buffer, found_rows, found_products);
}

EXPORTED void wellplaced_similarities(const struct coded_rows *of, const struct chosen_rows *chosen,
                                      const int16_t *queries, int64_t query_count, int16_t *buffer, float *result,
                                      int64_t result_stride)
{
#if defined(SEVERAL_KINDS)
    switch (kind()) {
    case VNNI:
        similarities_vnni(of, chosen, queries, query_count, buffer, result, result_stride);
        return;
    case AVX2:
        similarities_avx2(of, chosen, queries, query_count, buffer, result, result_stride);
        return;
    }
#endif
    similarities_any(of, chosen, queries, query_count, buffer, result, result_stride);
}

EXPORTED int64_t wellplaced_encode(const float *vectors, int64_t count, int64_t dimension, int64_t width,
                                   int16_t *buffer, uint8_t *records, uint8_t *shifts, uint16_t *errors)
{
#if defined(SEVERAL_KINDS)
    switch (kind()) {
    case VNNI:
        return encode_vnni(vectors, count, dimension, width, buffer, records, shifts, errors);
    case AVX2:
        return encode_avx2(vectors, count, dimension, width, buffer, records, shifts, errors);
    }
#endif
    return encode_any(vectors, count, dimension, width, buffer, records, shifts, errors);
}
