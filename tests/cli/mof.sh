# SPDX-License-Identifier: MIT
# mof.sh: --mof: classes and instances from MOF files, and what is wrong with them. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

mofs=$here/../mof
cat >shop.mof <<'END'
#pragma include ("parts/base.mof")
class Shop_Fruit : Shop_Thing { string Colour = "green"; };
instance of Shop_Fruit as $apple { Name = "apple"; Price = 0.5; };
instance of Shop_Fruit { Name = "plum"; Colour = "blue"; };
[Association] class Shop_Beside { [Key] Shop_Thing REF Left; [Key] Shop_Thing REF Right; };
instance of Shop_Beside { Left = $apple; Right = "Shop_Fruit.Name='plum'"; };
END
mkdir -p parts
echo 'class Shop_Thing { [Key] string Name; real64 Price; };' >parts/base.mof
echo 'class Shop_Tin : Shop_Thing { [Description("in " "two parts")] uint32 Grams; };' >parts/tin.mof

prints "a MOF file" '{"Name":"apple","Price":0.5,"Colour":"green"}
{"Name":"plum","Price":null,"Colour":"blue"}' --mof shop.mof --namespace root/mof "SELECT * FROM Shop_Thing"
prints "beside this machine" '2' --mof shop.mof --count "SELECT * FROM Shop_Fruit"
prints "two MOF files as one set" '4' --mof parts/tin.mof --mof=shop.mof --namespace root/mof \
    --count "SELECT * FROM meta_class WHERE __CLASS LIKE 'Shop%'"
prints "an association from MOF" '{"Name":"plum"}' --mof shop.mof --namespace root/mof \
    "ASSOCIATORS OF {Shop_Fruit.Name='apple'} WHERE KeysOnly"
prints "an instance by its path" '{"Name":"plum","Price":null,"Colour":"blue"}' --mof shop.mof --get "Shop_Fruit.Name='PLUM'"
says "what was loaded" 0 "^wql: 3 classes, 3 instances and 0 qualifiers from 2 files of 0 KiB in [0-9]+\.[0-9]{3} s; they take [0-9]+ KiB$" \
    --mof shop.mof --stats --namespace root/mof "SELECT * FROM Shop_Fruit"
says "no such MOF file" 4 "^wql: no MOF file 'nowhere.mof'$" --mof nowhere.mof "SELECT * FROM A"
echo '#pragma include ("../shop.mof")' >parts/out.mof
says "an include outside" 6 'outside of' --mof parts/out.mof "SELECT * FROM A"
echo 'class CIM_Process { };' >taken.mof
says "a class that is served" 4 'class CIM_Process is there already: provider linux serves it' --mof taken.mof "SELECT * FROM A"

# Twenty mistakes and the twenty messages; two warnings.
ask --mof "$mofs/mistakes.mof" --namespace root/mof "SELECT * FROM A"
sed -i "s|in /.*/tests/|in tests/|" err
compare mof-mistakes 4
