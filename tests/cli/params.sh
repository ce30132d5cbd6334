# SPDX-License-Identifier: MIT
# params.sh: --param. Sourced by run.sh. What needs the engine's parameters is skipped where it does not serve them.
# shellcheck shell=sh disable=SC2154

q="SELECT Id FROM Item WHERE Id = @id"
says "param without a name" 2 "^wql: --param takes NAME=VALUE, .* not '=1'" --sqlite shop.db --param =1 "$q"
says "param with its @" 2 "without its @: not '@id=1'" --sqlite shop.db --param @id=1 "$q"
says "param with a name that is none" 2 "not '1x=1'" --sqlite shop.db --param 1x=1 "$q"
says "param number 0" 2 "not '0=1'" --sqlite shop.db --param 0=1 "$q"
says "param number beyond all bounds" 2 "not '4294967297=1'" --sqlite shop.db --param 4294967297=1 "$q"
says "param twice" 2 "^wql: --param: ID is given twice" --sqlite shop.db --param id=1 --param ID=2 "$q"
says "param number twice" 2 "^wql: --param: 01 is given twice" --sqlite shop.db --param 1=1 --param 01=2 "$q"
says "param with a number left out" 2 "no value for \? number 2" --sqlite shop.db --param 1=1 --param 3=2 "$q"
says "param, ill-formed" 2 "not well-formed UTF-8" --sqlite shop.db --param "$(printf 'id=\377')" "$q"
says "param and check" 2 "^wql: --param gives a query its values" --check --param id=1
says "a parameter in a query, and none given" 3 "^wql: 1:" --sqlite shop.db "$q"

ask --sqlite shop.db --param id=1 "$q"
if grep -q "^wql: this version serves the base language only" err; then
    skip "params" "the engine does not serve parameters yet"
else
    prints "a named parameter" '{"Id":1}' --sqlite shop.db --param id=1 "$q"
    prints "a named parameter in another case" '{"Id":1}' --sqlite shop.db --param ID=1 "$q"
    prints "a parameter that is a text" '{"Id":5}' --sqlite shop.db --param n=NULL "SELECT Id FROM Item WHERE Name = @n"
    prints "an empty text is not NULL" '{"Id":3}' --sqlite shop.db --param n= "SELECT Id FROM Item WHERE Name = @n"
    ask --sqlite shop.db --param n "SELECT Id FROM Item WHERE Name = @n"
    if [ "$code" = 0 ] || [ "$code" = 3 ]; then ok "a parameter that is NULL"; else not_ok "a parameter that is NULL" "exit $code" err; fi
    prints "quotes in a parameter are characters" '{"Id":2}' --sqlite shop.db --param 'n=pear, "ripe"' \
        "SELECT Id FROM Item WHERE Name = @n"
    prints "a parameter with = in it" 0 --sqlite shop.db --count --param 'n=a=b' "SELECT Id FROM Item WHERE Name = @n"
    prints "a pattern" '{"Id":1}' --sqlite shop.db --param 'n=App%' "SELECT Id FROM Item WHERE Name LIKE @n"
    prints "a boolean as text" 2 --sqlite shop.db --count --param yes=TRUE "SELECT Id FROM Item WHERE OnSale = @yes"
    prints "parameters by number, in any order" '{"Id":2}' --sqlite shop.db --param 2=-5 --param 1=1 \
        "SELECT Id FROM Item WHERE Id > ? AND Stock < ?"
    for kind in "missing:id=1:SELECT Id FROM Item WHERE Id = @id AND Stock = @stock" "surplus:x=1:SELECT Id FROM Item" \
        "mistyped:id=many:$q"; do
        name=${kind%%:*}
        rest=${kind#*:}
        says "a parameter that is $name" 3 "^wql: " --sqlite shop.db --param "${rest%%:*}" "${rest#*:}"
    done
fi
