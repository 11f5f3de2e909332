%{
#include "a.h"
static int add(int a, int b) { return a + b; }
%}
%token NUM
%%
sum: NUM '+' NUM { $$ = add($1, $3); } ;
%%
int yyerror(const char *s) { printf(s); return 0; }
=======
%{
#include "a.h"
static int add(int a, int b) { return a + b; }
%}
%token NUM
%%
sum: NUM '+' NUM { $$ = add($1, $3); } ;
%%
int yyerror(const char *s) { printf("%s", s); return 0; }
