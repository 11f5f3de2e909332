#!/bin/sh
set -e

run() {
  eval "$1"
}

a=1
b=2
c=3
d=4
e=5
f=6

run "$a"
