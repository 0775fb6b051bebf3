/* A disk under observation: loaded with LD_PRELOAD, it stands between a process and libc's file calls.
 *
 * For files below one watched folder it counts the calls that change something, and can record each of
 * them, end the process at the n-th, or make the n-th and, if asked, all after it fail. Only calls that
 * go through the dynamic linker are seen; the recording is checked against the real files afterwards.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPENED = 1, WRITTEN, RESIZED, SYNCED, RENAMED, UNLINKED, FOLDER_MADE, CLOSED, MARKED };
enum { NOTHING = 0, KILL_BEFORE, KILL_AFTER, NO_SPACE, BROKEN, SHORT_WRITE };
enum { TAKES_SPACE = 1, TAKES_NONE = 2 };

#define DESCRIPTORS 65536

struct record {
    uint8_t kind;
    uint8_t unused[3];
    int32_t descriptor;
    int64_t number;
    uint32_t first_length;
    uint32_t second_length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char watched[PATH_MAX];
static size_t watched_length;
static unsigned char is_watched[DESCRIPTORS];
static int log_descriptor = -1;
static long calls, planned_call;
static int planned_event, planned_forever;

void torture_watch(const char *folder, int log_to) {
    pthread_mutex_lock(&lock);
    strncpy(watched, folder, sizeof watched - 1);
    watched_length = strlen(watched);
    memset(is_watched, 0, sizeof is_watched);
    log_descriptor = log_to;
    calls = 0;
    planned_event = NOTHING;
    pthread_mutex_unlock(&lock);
}

void torture_plan(long call, int event, int forever) {
    planned_call = call;
    planned_event = event;
    planned_forever = forever;
}

long torture_calls(void) { return calls; }

static int below(const char *path) {
    return watched_length && path && !strncmp(path, watched, watched_length) &&
           (path[watched_length] == '/' || path[watched_length] == 0);
}

static int known(int descriptor) {
    return watched_length && descriptor >= 0 && descriptor < DESCRIPTORS && is_watched[descriptor];
}

static void record(int kind, int descriptor, int64_t number, const void *first, size_t first_length,
                   const void *second, size_t second_length) {
    struct record head = {kind, {0}, descriptor, number, first_length, second_length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)first, first_length}, {(void *)second, second_length}};
    if (log_descriptor >= 0)
        syscall(SYS_writev, log_descriptor, parts, 3);
}

void torture_mark(const char *text) {
    pthread_mutex_lock(&lock);
    record(MARKED, -1, 0, text, strlen(text), NULL, 0);
    pthread_mutex_unlock(&lock);
}

/* Counts the call; gives the errno it shall fail with, or 0. Holds the lock until `after`. */
static int before(int space) {
    pthread_mutex_lock(&lock);
    calls++;
    if (planned_event == KILL_BEFORE && calls == planned_call)
        kill(getpid(), SIGKILL);
    if (calls == planned_call || (planned_forever && planned_call && calls > planned_call)) {
        if (planned_event == BROKEN)
            return EIO;
        if ((planned_event == NO_SPACE || planned_event == SHORT_WRITE) && space == TAKES_SPACE)
            return ENOSPC;
    }
    return 0;
}

static void after(void) {
    if (planned_event == KILL_AFTER && calls == planned_call)
        kill(getpid(), SIGKILL);
    int saved = errno;
    pthread_mutex_unlock(&lock);
    errno = saved;
}

static int fail(int error) {
    pthread_mutex_unlock(&lock);
    errno = error;
    return -1;
}

static int open_file(int folder, const char *path, int flags, mode_t mode) {
    int changes = 0, error;
    if (below(path) && (flags & (O_CREAT | O_TRUNC)))
        changes = (flags & O_TRUNC) || access(path, F_OK) != 0;
    if (!below(path))
        return syscall(SYS_openat, folder, path, flags, mode);
    if (changes) {
        if ((error = before(TAKES_SPACE)))
            return fail(error);
    } else
        pthread_mutex_lock(&lock);
    int descriptor = syscall(SYS_openat, folder, path, flags, mode);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) {
        is_watched[descriptor] = 1;
        record(OPENED, descriptor, flags, path, strlen(path), NULL, 0);
    }
    if (changes)
        after();
    else
        pthread_mutex_unlock(&lock);
    return descriptor;
}

#define MODE(flags)                                  \
    mode_t mode = 0;                                 \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {         \
        va_list rest;                                \
        va_start(rest, flags);                       \
        mode = va_arg(rest, mode_t);                 \
        va_end(rest);                                \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_file(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_file(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_file(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_file(folder, path, flags, mode); }

int close(int descriptor) {
    if (known(descriptor)) {
        pthread_mutex_lock(&lock);
        is_watched[descriptor] = 0;
        record(CLOSED, descriptor, 0, NULL, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return syscall(SYS_close, descriptor);
}

static ssize_t write_at(int descriptor, const void *data, size_t length, off_t offset, int at) {
    int error = before(TAKES_SPACE);
    if (error && !(planned_event == SHORT_WRITE && calls == planned_call && length > 1))
        return fail(error);
    if (error)
        length /= 2;
    if (!at)
        offset = fcntl(descriptor, F_GETFL) & O_APPEND ? lseek(descriptor, 0, SEEK_END)
                                                       : lseek(descriptor, 0, SEEK_CUR);
    ssize_t written = at ? syscall(SYS_pwrite64, descriptor, data, length, offset)
                         : syscall(SYS_write, descriptor, data, length);
    if (written > 0)
        record(WRITTEN, descriptor, offset, data, written, NULL, 0);
    after();
    return written;
}

ssize_t write(int descriptor, const void *data, size_t length) {
    return known(descriptor) ? write_at(descriptor, data, length, 0, 0)
                             : syscall(SYS_write, descriptor, data, length);
}
ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    return known(descriptor) ? write_at(descriptor, data, length, offset, 1)
                             : syscall(SYS_pwrite64, descriptor, data, length, offset);
}
ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    return pwrite64(descriptor, data, length, offset);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (!known(descriptor))
        return syscall(SYS_writev, descriptor, parts, count);
    ssize_t total = 0;
    for (int part = 0; part < count; part++) {
        ssize_t written = write_at(descriptor, parts[part].iov_base, parts[part].iov_len, 0, 0);
        if (written < 0)
            return total ? total : written;
        total += written;
        if ((size_t)written < parts[part].iov_len)
            break;
    }
    return total;
}

int ftruncate64(int descriptor, off64_t size) {
    if (!known(descriptor))
        return syscall(SYS_ftruncate, descriptor, size);
    int error = before(TAKES_SPACE);
    if (error)
        return fail(error);
    int result = syscall(SYS_ftruncate, descriptor, size);
    if (!result)
        record(RESIZED, descriptor, size, NULL, 0, NULL, 0);
    after();
    return result;
}
int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

static int synchronise(int descriptor, long call) {
    if (!known(descriptor))
        return syscall(call, descriptor);
    int error = before(TAKES_NONE);
    if (error)
        return fail(error);
    int result = syscall(call, descriptor);
    if (!result)
        record(SYNCED, descriptor, 0, NULL, 0, NULL, 0);
    after();
    return result;
}
int fsync(int descriptor) { return synchronise(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synchronise(descriptor, SYS_fdatasync); }

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    if (!below(from) && !below(to))
        return syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    int error = before(TAKES_SPACE);
    if (error)
        return fail(error);
    int result = syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (!result)
        record(RENAMED, -1, 0, from, strlen(from), to, strlen(to));
    after();
    return result;
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
    if (!below(path))
        return syscall(SYS_unlinkat, folder, path, flags);
    int error = before(TAKES_NONE);
    if (error)
        return fail(error);
    int result = syscall(SYS_unlinkat, folder, path, flags);
    if (!result)
        record(UNLINKED, -1, 0, path, strlen(path), NULL, 0);
    after();
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdirat(int folder, const char *path, mode_t mode) {
    if (!below(path))
        return syscall(SYS_mkdirat, folder, path, mode);
    int error = before(TAKES_SPACE);
    if (error)
        return fail(error);
    int result = syscall(SYS_mkdirat, folder, path, mode);
    if (!result)
        record(FOLDER_MADE, -1, 0, path, strlen(path), NULL, 0);
    after();
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
