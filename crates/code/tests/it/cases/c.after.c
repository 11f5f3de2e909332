#include <string.h>

static const int limit = 5;

static inline char *copy(const char *from, size_t size)
{
    char *to = malloc(size);
    strlcpy(to, from, size);
    return to;
}

int old_style(a, b)
    int a;
    char *b;
{
    return a + 1;
}

API_EXPORT(int)
exported(void)
{
    return 2;
}

static int
gnu_style (int a)
{
    return a;
}

void (*pick(int which))(int)
{
    return handlers[which & 3];
}

#ifdef SMALL
int size(int a) {
    return a;
}
#else
int size(int a) {
    return a * 3;
}
#endif

PHP_FUNCTION(strip_tags)
{
    return strip(1);
}

SYSCALL_DEFINE2(read, int, fd)
{
    return do_read(fd, 0);
}

struct table {
    int (*open)(int);
};

__attribute__((noreturn)) void die(void) {
    for (;;)
        pause();
}
