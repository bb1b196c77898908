/* threads.c - a pool of parked workers, created at first need and joined at exit.
 *
 * The caller of a parallel loop is worker 0 and takes chunks like the others; a worker that wakes
 * late finds the loop closed and parks again, so a loop never waits for a thread that did nothing.
 */
#include "threads.h"

#include <difftape/array.h>

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define MAX_THREADS 256

typedef struct loop {
    dti_chunk_fn *body;
    void *context;
    int64_t n_chunks;
    atomic_int_fast64_t next;
} loop;

static struct {
    pthread_mutex_t owner; /* held by the thread whose loop the pool is running */
    pthread_mutex_t lock;  /* guards everything below */
    pthread_cond_t wake, idle;
    pthread_t threads[MAX_THREADS];
    int n_workers;       /* threads started, without the caller */
    int n_inside;        /* workers now taking chunks of the open loop */
    int n_allowed;       /* workers the open loop may have */
    uint64_t generation; /* counts loops: a worker enters each one once */
    loop *open;
    bool stop, prepared;
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .idle = PTHREAD_COND_INITIALIZER};

static atomic_int n_threads = 1;
static _Thread_local bool inside_loop;
static _Thread_local int current_worker;

static void take_chunks(loop *work, int worker) {
    inside_loop = true;
    current_worker = worker;
    for (;;) {
        int64_t chunk = atomic_fetch_add_explicit(&work->next, 1, memory_order_relaxed);
        if (chunk >= work->n_chunks) {
            break;
        }
        work->body(work->context, chunk, worker);
    }
    inside_loop = false;
    current_worker = 0;
}

static void *worker_main(void *argument) {
    int worker = (int)(intptr_t)argument;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        while (!pool.stop &&
               (pool.open == NULL || pool.generation == seen || worker > pool.n_allowed)) {
            pthread_cond_wait(&pool.wake, &pool.lock);
        }
        if (pool.stop) {
            break;
        }
        loop *work = pool.open;
        seen = pool.generation;
        pool.n_inside++;
        pthread_mutex_unlock(&pool.lock);
        take_chunks(work, worker);
        pthread_mutex_lock(&pool.lock);
        if (--pool.n_inside == 0) {
            pthread_cond_signal(&pool.idle);
        }
    }
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

/* A forked child has no workers, whatever the parent's pool was doing. */
static void forget_workers(void) {
    pthread_mutex_init(&pool.owner, NULL);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.wake, NULL);
    pthread_cond_init(&pool.idle, NULL);
    pool.n_workers = pool.n_inside = 0;
    pool.open = NULL;
    inside_loop = false;
}

/* With pool.lock held. If the system refuses a thread the loop runs on those there are. */
static void start_workers(int wanted) {
    if (!pool.prepared) {
        pool.prepared = pthread_atfork(NULL, NULL, forget_workers) == 0;
    }
    while (pool.prepared && pool.n_workers < wanted) {
        intptr_t worker = pool.n_workers + 1;
        if (pthread_create(&pool.threads[pool.n_workers], NULL, worker_main, (void *)worker) != 0) {
            break;
        }
        pool.n_workers++;
    }
}

static void run_serially(int64_t n_chunks, dti_chunk_fn *body, void *context) {
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        body(context, chunk, current_worker);
    }
}

void dti_parallel_for(int64_t n_chunks, dti_chunk_fn *body, void *context) {
    int wanted = dt_get_threads() - 1;
    wanted = n_chunks - 1 < wanted ? (int)(n_chunks - 1) : wanted;
    /* A second thread of the host that comes while the pool is busy does its own work alone. */
    if (wanted < 1 || inside_loop || pthread_mutex_trylock(&pool.owner) != 0) {
        run_serially(n_chunks, body, context);
        return;
    }
    loop work = {.body = body, .context = context, .n_chunks = n_chunks};
    atomic_init(&work.next, 0);
    pthread_mutex_lock(&pool.lock);
    start_workers(wanted);
    pool.n_allowed = wanted;
    pool.generation++;
    pool.open = &work;
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
    take_chunks(&work, 0);
    pthread_mutex_lock(&pool.lock);
    pool.open = NULL;
    while (pool.n_inside > 0) {
        pthread_cond_wait(&pool.idle, &pool.lock);
    }
    pthread_mutex_unlock(&pool.lock);
    pthread_mutex_unlock(&pool.owner);
}

__attribute__((destructor)) static void join_workers(void) {
    pthread_mutex_lock(&pool.lock);
    pool.stop = true;
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
    for (int i = 0; i < pool.n_workers; i++) {
        pthread_join(pool.threads[i], NULL);
    }
    pool.n_workers = 0;
}

void dt_set_threads(int wanted) {
    if (wanted < 1) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        wanted = processors < 1 ? 1 : processors > MAX_THREADS ? MAX_THREADS : (int)processors;
    }
    atomic_store(&n_threads, wanted > MAX_THREADS ? MAX_THREADS : wanted);
}

int dt_get_threads(void) {
    return atomic_load(&n_threads);
}
