#include <string.h>

static const int limit = 4;

static inline char *copy(const char *from, size_t size)
{
    char *to = malloc(size);
    strcpy(to, from);
    return to;
}

int old_style(a, b)
    int a;
    char *b;
{
    return a;
}

API_EXPORT(int)
exported(void)
{
    return 1;
}

static int
gnu_style (int a)
{
  return a;
}

void (*pick(int which))(int)
{
    return handlers[which];
}

#ifdef SMALL
int size(int a) {
    return a;
}
#else
int size(int a) {
    return a * 2;
}
#endif

PHP_FUNCTION(strip_tags)
{
    return strip();
}

SYSCALL_DEFINE2(read, int, fd)
{
    return do_read(fd);
}

struct table {
    int (*open)(int);
};

__attribute__((noreturn)) void die(void) {
    for (;;)
        ;
}
