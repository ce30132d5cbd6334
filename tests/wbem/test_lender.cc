/* SPDX-License-Identifier: MIT */
/* test_lender.cc: the life of objects that are handed out: used again, kept, let go once too often, and read by threads while
 * their batch goes. In a checking build (WBEM_CHECKING) also what is said of a Release too many. */
#include "object_lab.h"

#include "../../wbem/unknown.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <unistd.h>
#include <vector>

using wbem::Lender;
using wbem::Ref;

/* -- what the C++ side allocates --------------------------------------------------------------------------------- */

static std::atomic<long> news;
static long news_left = -1; /* so many succeed; less than 0: all. Of tests with one thread */

static void *allocate(size_t size) noexcept {
    news++;
    if (news_left == 0) return nullptr;
    if (news_left > 0) news_left--;
    return malloc(size ? size : 1);
}

void *operator new(size_t size) {
    void *memory = allocate(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}
void *operator new(size_t size, const std::nothrow_t &) noexcept { return allocate(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }

/* -- rows -------------------------------------------------------------------------------------------------------- */

static std::string rows_of(const char *class_name, int count, size_t text) {
    std::string mof;
    for (int i = 0; i < count; i++)
        mof += std::string("instance of ") + class_name + " { Id = " + std::to_string(i) + "; Text = \"" +
               std::string(text, static_cast<char>('a' + i % 26)) + std::to_string(i) + "\"; };";
    return mof;
}

static const char row_class[] = "class Row { [Key] uint32 Id; string Text; };";
static std::string many(int count, size_t text = 3) { return row_class + rows_of("Row", count, text); }

static std::string expected(int row, size_t text = 3) {
    return "VT_BSTR " + std::string(text, static_cast<char>('a' + row % 26)) + std::to_string(row);
}

/* What stderr gets while this runs. */
template <typename Do> static std::string said(Do act) {
    char text[4096];
    FILE *file = tmpfile();
    int before = dup(2);
    size_t length;
    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), 2);
    act();
    fflush(stderr);
    dup2(before, 2);
    close(before);
    rewind(file);
    length = fread(text, 1, sizeof text, file);
    fclose(file);
    return std::string(text, length);
}

static const char *in_checking_builds(const char *line) {
#ifdef WBEM_CHECKING
    return line;
#else
    (void)line;
    return "";
#endif
}

/* -- used again -------------------------------------------------------------------------------------------------- */

static void an_object_that_nobody_kept_stands_for_the_next_row(void **) {
    ObjectLab lab(many(3).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    Lender lender;
    IWbemClassObject *first = nullptr, *second = nullptr, *third = nullptr;
    lender.begin(batch);
    assert_ptr_equal(lender.batch(), batch);
    assert_int_equal(lender.hand_out(0, &first), S_OK);
    assert_text(value(first, L"Text"), expected(0).c_str());
    assert_int_equal(first->BeginEnumeration(0), S_OK);
    assert_int_equal(first->Release(), 0);
    assert_int_equal(lender.hand_out(1, &second), S_OK);
    assert_ptr_equal(second, first);
    assert_text(value(second, L"Text"), expected(1).c_str());
    assert_int_equal(second->Next(0, nullptr, nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED); /* nothing of the old client's */
    assert_int_equal(lender.hand_out(2, &third), S_OK);
    assert_ptr_not_equal(third, second);
    assert_text(value(second, L"Text"), expected(1).c_str());
    assert_text(value(third, L"Text"), expected(2).c_str());
    second->Release();
    third->Release();
    lender.end();
    assert_null(lender.batch());
    wql_batch_release(batch);
}

/* Of many that are out at once, those that come back are found. */
static void objects_that_come_back_out_of_order_are_found(void **) {
    ObjectLab lab(many(1000).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    std::vector<IWbemClassObject *> held;
    Lender lender;
    long before;
    lender.begin(batch);
    for (uint32_t i = 0; i < 500; i++) {
        IWbemClassObject *made = nullptr;
        assert_int_equal(lender.hand_out(i % wql_batch_rows(batch), &made), S_OK);
        held.push_back(made);
    }
    for (size_t i = 0; i < held.size(); i += 2) held[i]->Release();
    before = news;
    for (size_t i = 0; i < held.size(); i += 2) assert_int_equal(lender.hand_out(0, &held[i]), S_OK);
    assert_true(news - before < 260); /* before a sweep some may be new */
    for (IWbemClassObject *each : held) each->Release();
    lender.end();
    wql_batch_release(batch);
}

static void a_batch_after_the_other_allocates_nothing(void **) {
    ObjectLab lab(many(500).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row"), *other = lab.batch("SELECT Text FROM Row");
    Lender lender;
    IWbemClassObject **all = nullptr, *one = nullptr;
    long before = 0;
    for (int round = 0; round < 20; round++) {
        if (round == 4) before = news;
        lender.begin(round % 2 ? other : batch);
        if (round % 4 < 2) {
            assert_int_equal(lender.lend_all(&all), S_OK);
        } else {
            for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
                assert_int_equal(lender.hand_out(i, &one), S_OK);
                one->Release();
            }
        }
        lender.end();
    }
    assert_int_equal(news - before, 0);
    wql_batch_release(batch);
    wql_batch_release(other);
}

/* A query over a base class brings batches of several classes in turn. */
static void classes_in_turn(void **) {
    ObjectLab lab(("class Base { [Key] uint32 Id; }; class Row : Base { string Text; }; class Other : Base { uint32 N; };" +
                   rows_of("Row", 2, 3) + "instance of Other { Id = 7; N = 70; };")
                      .c_str());
    wql_batch *row = lab.batch("SELECT * FROM Row"), *other = lab.batch("SELECT * FROM Other");
    Lender lender;
    long before = 0;
    for (int round = 0; round < 6; round++) {
        IWbemClassObject *made = nullptr;
        if (round == 2) before = news;
        lender.begin(row);
        assert_int_equal(lender.hand_out(1, &made), S_OK);
        assert_int_equal(made->Get(L"Text", 0, nullptr, nullptr, nullptr), S_OK);
        assert_int_equal(made->Get(L"N", 0, nullptr, nullptr, nullptr), WBEM_E_NOT_FOUND);
        made->Release();
        lender.begin(other); /* ends the one before */
        assert_int_equal(lender.hand_out(0, &made), S_OK);
        assert_int_equal(made->Get(L"N", 0, nullptr, nullptr, nullptr), S_OK);
        assert_int_equal(made->Get(L"Text", 0, nullptr, nullptr, nullptr), WBEM_E_NOT_FOUND);
        made->Release();
    }
    assert_int_equal(news - before, 0);
    wql_batch_release(row);
    wql_batch_release(other);
}

static void rows_of_a_schema_are_classes(void **) {
    ObjectLab lab(many(1).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM meta_class WHERE __CLASS = 'Row' OR __CLASS = '__NAMESPACE'");
    Lender lender;
    IWbemClassObject **all = nullptr, *kept;
    std::string found;
    lender.begin(batch);
    assert_int_equal(lender.lend_all(&all), S_OK);
    for (uint32_t i = 0; i < wql_batch_rows(batch); i++)
        found +=
            value(all[i], L"__CLASS") + " " + value(all[i], L"__GENUS") + ";" + names(all[i], WBEM_FLAG_NONSYSTEM_ONLY) + ";";
    assert_text(found, "VT_BSTR __NAMESPACE VT_I4 1;Name;VT_BSTR Row VT_I4 1;Id Text;");
    kept = all[1];
    kept->AddRef();
    wql_batch_release(batch);
    lender.end();
    lab.close();
    assert_text(value(kept, L"__RELPATH"), "VT_BSTR Row");
    assert_int_equal(kept->InheritsFrom(L"Row"), WBEM_S_NO_ERROR);
    assert_int_equal(kept->Release(), 0);
}

/* -- kept -------------------------------------------------------------------------------------------------------- */

static void a_kept_object_outlives_batch_lender_and_engine(void **) {
    ObjectLab lab(many(100).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    std::vector<IWbemClassObject *> kept;
    {
        Lender lender;
        IWbemClassObject **all = nullptr;
        lender.begin(batch);
        wql_batch_release(batch); /* the lender has its own */
        assert_int_equal(lender.lend_all(&all), S_OK);
        for (size_t i = 0; i < 100; i += 10) {
            assert_int_equal(all[i]->AddRef(), 1);
            kept.push_back(all[i]);
        }
        assert_text(value(kept[1], L"__RELPATH"), "VT_BSTR Row.Id=10"); /* a path that is asked for in time too */
        lender.end();
        lender.begin(lab.batch("SELECT Text FROM Row WHERE Id = 5"));
        wql_batch_release(const_cast<wql_batch *>(lender.batch()));
        assert_int_equal(lender.lend_all(&all), S_OK);
        assert_text(value(all[0], L"Text"), expected(5).c_str());
    }
    lab.close();
    for (size_t i = 0; i < kept.size(); i++) {
        assert_text(value(kept[i], L"Text"), expected(static_cast<int>(i) * 10).c_str());
        assert_text(value(kept[i], L"__RELPATH"), ("VT_BSTR Row.Id=" + std::to_string(i * 10)).c_str());
        assert_int_equal(kept[i]->Release(), 0);
    }
}

static uint64_t memory_of(wql_engine *engine) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    assert_int_equal(wql_engine_get_stats(engine, &stats), WQL_OK);
    return stats.memory;
}

/* A copy of the first batch, which owns its bytes: no engine keeps its memory for the next one. */
static wql_batch *copy_of_first(ObjectLab &lab) {
    wql_batch *batch = lab.batch("SELECT * FROM Row"), *copy = nullptr;
    assert_int_equal(wql_batch_copy(batch, 0, wql_batch_rows(batch), &copy), WQL_OK);
    wql_batch_release(batch);
    return copy;
}

static void one_kept_object_holds_its_row_and_not_the_batch(void **) {
    ObjectLab lab(many(500, 2000).c_str());
    IWbemClassObject *kept = nullptr, *clone = nullptr;
    wql_batch *copy = copy_of_first(lab);
    uint64_t before;
    wql_batch_release(copy);
    before = memory_of(lab.engine());
    copy = copy_of_first(lab);
    assert_true(memory_of(lab.engine()) > before + 200000);
    {
        Lender lender;
        lender.begin(copy);
        wql_batch_release(copy);
        assert_int_equal(lender.hand_out(12, &kept), S_OK);
        assert_int_equal(kept->Clone(&clone), S_OK); /* a clone does not hold it either */
    }
    assert_true(memory_of(lab.engine()) < before + 12000);
    assert_text(value(kept, L"Text"), expected(12, 2000).c_str());
    assert_text(value(clone, L"Text"), expected(12, 2000).c_str());
    kept->Release();
    clone->Release();
}

/* A row that is alone in its batch is shared by its copies. */
static void copies_of_copies_do_not_each_make_their_path(void **) {
    ObjectLab lab(many(1, 300).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    IWbemClassObject *kept = nullptr;
    assert_int_equal(wql_batch_rows(batch), 1);
    assert_int_equal(wbem::make_object(batch, 0, &kept), S_OK);
    wql_batch_release(batch);
    Ref<IWbemClassObject> first(kept);
    const std::string path = value(first.get(), L"__PATH"), relpath = value(first.get(), L"__RELPATH");
    const uint64_t before = memory_of(lab.engine());
    for (int i = 0; i < 500; i++) {
        IWbemClassObject *made = nullptr, *next = nullptr;
        assert_int_equal(first->Clone(&made), S_OK);
        Ref<IWbemClassObject> copy(made);
        assert_int_equal(copy->Clone(&next), S_OK);
        Ref<IWbemClassObject> copy_of_copy(next);
        assert_text(value(copy.get(), L"__PATH"), path.c_str());
        assert_text(value(copy_of_copy.get(), L"__RELPATH"), relpath.c_str());
    }
    assert_true(memory_of(lab.engine()) < before + 2000);
}

struct Switch {
    bool refuses;
    long long used;
};

static void *switched(void *user, void *ptr, size_t old_size, size_t new_size) {
    Switch *s = static_cast<Switch *>(user);
    void *moved = nullptr;
    if (new_size && s->refuses) return nullptr;
    if (new_size && !(moved = realloc(ptr, new_size))) return nullptr;
    if (!new_size) free(ptr);
    s->used += static_cast<long long>(new_size) - static_cast<long long>(old_size);
    return moved;
}

static void without_memory_for_a_copy_the_object_keeps_the_batch(void **) {
    Switch memory = {false, 0};
    wql_engine_options options = WQL_INIT(wql_engine_options);
    options.alloc = switched;
    options.alloc_user = &memory;
    {
        ObjectLab lab(many(20).c_str(), &options);
        wql_batch *batch = lab.batch("SELECT * FROM Row");
        Lender lender;
        IWbemClassObject *kept = nullptr, *clone = nullptr;
        lender.begin(batch);
        wql_batch_release(batch);
        assert_int_equal(lender.hand_out(11, &kept), S_OK);
        memory.refuses = true;
        lender.end();
        assert_int_equal(kept->Clone(&clone), S_OK);
        assert_int_equal(kept->Get(L"__PATH", 0, nullptr, nullptr, nullptr), S_OK);
        VARIANT untouched;
        memset(&untouched, 0x55, sizeof untouched);
        assert_int_equal(kept->Get(L"__PATH", 0, &untouched, nullptr, nullptr), WBEM_E_OUT_OF_MEMORY);
        assert_int_equal(untouched.vt, 0x5555);
        memory.refuses = false;
        lab.close();
        assert_text(value(kept, L"Text"), expected(11).c_str());
        assert_text(value(clone, L"__RELPATH"), "VT_BSTR Row.Id=11");
        kept->Release();
        clone->Release();
    }
    assert_true(memory.used == 0); /* nothing is left over */
}

/* Each way into the objects, of which any may be short of memory. */
static HRESULT everything(Lender *lender, const wql_batch *rows, const wql_batch *classes) {
    static const wchar_t *const names[] = {L"Text", L"T\u00e9xt", L"__PATH", L"__DERIVATION"};
    IWbemClassObject *row = nullptr, *cls = nullptr, *made = nullptr, *in = nullptr, *out = nullptr;
    IWbemQualifierSet *set = nullptr;
    SAFEARRAY *array = nullptr;
    BSTR text = nullptr;
    HRESULT result = wbem::guarded([&] {
        lender->begin(rows);
        return S_OK;
    });
    if (result < 0) return result;
    if ((result = lender->hand_out(0, &row)) < 0) return result;
    Ref<IWbemClassObject> kept_row(row);
    if ((result = wbem::make_object(classes, 0, &cls)) < 0) return result;
    Ref<IWbemClassObject> kept_class(cls);
    for (IWbemClassObject *each : {row, cls}) {
        for (const wchar_t *name : names) {
            VARIANT variant;
            result = each->Get(name, 0, &variant, nullptr, nullptr);
            if (result >= 0) VariantClear(&variant);
            if (result < 0 && result != WBEM_E_NOT_FOUND) return result;
        }
        if ((result = each->GetNames(L"key", WBEM_FLAG_ONLY_IF_TRUE, nullptr, &array)) < 0) return result;
        SafeArrayDestroy(array);
        if ((result = each->GetPropertyQualifierSet(L"Id", &set)) < 0) return result;
        result = set->Get(L"CIMTYPE", 0, nullptr, nullptr);
        set->Release();
        if (result < 0) return result;
        if ((result = each->GetObjectText(WBEM_FLAG_NO_FLAVORS, &text)) < 0) return result;
        SysFreeString(text);
        if ((result = each->Clone(&made)) < 0) return result;
        result = each->CompareTo(0, made);
        made->Release();
        if (result < 0) return result;
        if (result != WBEM_S_SAME) return E_UNEXPECTED;
    }
    if ((result = cls->GetMethod(L"M", 0, &in, &out)) < 0) return result;
    Ref<IWbemClassObject> kept_in(in), kept_out(out);
    if ((result = in->GetObjectText(0, &text)) < 0) return result;
    SysFreeString(text);
    return wbem::make_error_object(nullptr, wql_error(WQL_INIT(wql_error)), "x", &made) < 0 ? WBEM_E_OUT_OF_MEMORY
                                                                                            : (made->Release(), S_OK);
}

/* Whichever allocation fails: a code says so, nothing is lost (the leak sanitizer looks), and the next time all is well. */
static void any_allocation_may_fail(void **) {
    ObjectLab lab("class Row { [Key] uint32 Id; string Text; uint32 M([In] string A, [Out] string B); };"
                  "instance of Row { Id = 1; Text = \"t\"; };");
    wql_batch *rows = lab.batch("SELECT * FROM Row"), *classes = lab.batch("SELECT * FROM meta_class WHERE __CLASS = 'Row'");
    long tries = 0;
    for (HRESULT result = WBEM_E_OUT_OF_MEMORY; result < 0; tries++) {
        Lender lender;
        news_left = tries;
        result = everything(&lender, rows, classes);
        news_left = -1;
        if (result < 0) assert_int_equal(result, WBEM_E_OUT_OF_MEMORY);
        lender.end();
        assert_int_equal(everything(&lender, rows, classes), S_OK);
    }
    assert_true(tries > 30);
    wql_batch_release(rows);
    wql_batch_release(classes);
}

/* -- one Release too many ---------------------------------------------------------------------------------------- */

static void one_release_too_many_on_a_lent_object_does_no_harm(void **) {
    ObjectLab lab(many(3).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    Lender lender;
    IWbemClassObject **all = nullptr;
    std::string text;
    lender.begin(batch);
    assert_int_equal(lender.lend_all(&all), S_OK);
    text = said([&] {
        all[1]->AddRef();
        all[1]->Release();
        assert_int_equal(all[1]->Release(), 0); /* it was only lent */
        assert_int_equal(all[1]->Release(), 0);
    });
    assert_text(text, in_checking_builds("IWbemClassObject: one Release too many\nIWbemClassObject: one Release too many\n"));
    assert_text(value(all[1], L"Text"), expected(1).c_str());
    lender.end();
    lender.begin(batch);
    assert_int_equal(lender.lend_all(&all), S_OK);
    for (int i = 0; i < 3; i++) assert_text(value(all[i], L"Text"), expected(i).c_str());
    wql_batch_release(batch);
}

#ifdef WBEM_CHECKING
/* Of an object that is gone a checking build keeps the place for a while. */
static void a_release_on_an_object_that_is_gone_is_named(void **) {
    ObjectLab lab(many(1).c_str());
    Ref<IWbemClassObject> kept = lab.object("SELECT * FROM Row");
    IWbemClassObject *object = kept.take();
    IWbemQualifierSet *set = nullptr;
    void *out = object;
    assert_int_equal(object->GetQualifierSet(&set), S_OK);
    assert_int_equal(object->Release(), 0);
    assert_int_equal(set->Release(), 0);
    lab.close(); /* what they held is gone */
    assert_text(said([&] {
                    assert_int_equal(object->Release(), 0);
                    assert_int_equal(set->Release(), 0);
                    assert_int_equal(set->AddRef(), 0);
                    assert_int_equal(object->QueryInterface(IID_IUnknown, &out), E_UNEXPECTED);
                }),
                "IWbemClassObject: one Release too many\nIWbemQualifierSet: one Release too many\n"
                "IWbemQualifierSet: AddRef after the last Release\nIWbemClassObject: QueryInterface after the last Release\n");
    assert_null(out);
}

/* They are not kept for ever. */
static void what_is_kept_of_dead_objects_is_bounded(void **) {
    ObjectLab lab(many(1).c_str());
    for (int i = 0; i < 10000; i++) lab.definition("Row");
}
#endif

/* -- threads ----------------------------------------------------------------------------------------------------- */

static void read_all(IWbemClassObject *object, int row, std::atomic<int> *wrong) {
    std::string found = value(object, L"Text"), path = value(object, L"__RELPATH");
    IWbemClassObject *copy = nullptr;
    SAFEARRAY *array = nullptr;
    if (found != expected(row) || path != "VT_BSTR Row.Id=" + std::to_string(row)) (*wrong)++;
    if (object->Clone(&copy) < 0) {
        (*wrong)++;
        return;
    }
    if (value(copy, L"Text") != expected(row) || object->CompareTo(0, copy) != WBEM_S_SAME) (*wrong)++;
    copy->Release();
    if (object->GetNames(nullptr, WBEM_FLAG_NONSYSTEM_ONLY, nullptr, &array) < 0) (*wrong)++;
    SafeArrayDestroy(array);
}

/* Clients on other threads have objects of the batch, read them, and let them go, while it is taken away. */
static void threads_read_while_the_batch_goes(void **) {
    ObjectLab lab(many(8).c_str());
    wql_batch *batch = lab.batch("SELECT * FROM Row");
    Lender lender;
    std::atomic<int> wrong(0);
    for (int round = 0; round < 60; round++) {
        IWbemClassObject **all = nullptr;
        std::atomic<int> started(0);
        std::vector<std::thread> threads;
        std::vector<IWbemClassObject *> objects;
        lender.begin(batch);
        assert_int_equal(lender.lend_all(&all), S_OK);
        for (int i = 0; i < 2; i++) objects.push_back(all[i]);
        for (int i = 0; i < 4; i++) {
            IWbemClassObject *object = objects[static_cast<size_t>(i) / 2]; /* two threads for each */
            object->AddRef();
            threads.emplace_back([object, i, &started, &wrong] {
                started++;
                for (int k = 0; k < 4; k++) read_all(object, i / 2, &wrong);
                object->Release();
            });
        }
        while (started < 2) std::this_thread::yield();
        lender.end();
        for (std::thread &thread : threads) thread.join();
    }
    assert_int_equal(wrong, 0);
    wql_batch_release(batch);
}

/* The table of a wide class's names is made by whoever comes first. */
static void threads_look_up_names_of_one_shape(void **) {
    std::string mof = "class Wide { [Key] uint32 P0;", row = "instance of Wide { P0 = 0;";
    for (int i = 1; i < 40; i++) {
        mof += " uint32 P" + std::to_string(i) + ";";
        row += " P" + std::to_string(i) + " = " + std::to_string(i) + ";";
    }
    ObjectLab lab((mof + "};" + row + "};").c_str());
    std::atomic<int> wrong(0);
    for (int round = 0; round < 20; round++) {
        Ref<IWbemClassObject> object = lab.object("SELECT * FROM Wide");
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; i++)
            threads.emplace_back([&object, &wrong] {
                IWbemClassObject *copy = nullptr;
                if (object->Clone(&copy) < 0) return;
                for (int k = 0; k < 40; k++)
                    if (value(copy, (L"p" + std::to_wstring(k)).c_str()) != "VT_I4 " + std::to_string(k)) wrong++;
                copy->Release();
            });
        for (std::thread &thread : threads) thread.join();
    }
    assert_int_equal(wrong, 0);
}

int main() {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_that_nobody_kept_stands_for_the_next_row),
        cmocka_unit_test(objects_that_come_back_out_of_order_are_found),
        cmocka_unit_test(a_batch_after_the_other_allocates_nothing),
        cmocka_unit_test(classes_in_turn),
        cmocka_unit_test(rows_of_a_schema_are_classes),
        cmocka_unit_test(a_kept_object_outlives_batch_lender_and_engine),
        cmocka_unit_test(one_kept_object_holds_its_row_and_not_the_batch),
        cmocka_unit_test(copies_of_copies_do_not_each_make_their_path),
        cmocka_unit_test(without_memory_for_a_copy_the_object_keeps_the_batch),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(one_release_too_many_on_a_lent_object_does_no_harm),
#ifdef WBEM_CHECKING
        cmocka_unit_test(a_release_on_an_object_that_is_gone_is_named),
        cmocka_unit_test(what_is_kept_of_dead_objects_is_bounded),
#endif
        cmocka_unit_test(threads_read_while_the_batch_goes),
        cmocka_unit_test(threads_look_up_names_of_one_shape),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
