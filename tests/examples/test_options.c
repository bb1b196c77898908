/* test_options.c - onephonon's configuration file, and every way to misspell a command line. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(onephonon_options, .init = enter_folder, .fini = leave_folder, .timeout = 240);

#define GRID "--hkl=0:1:2,0:1:2,0:1:2 "

Test(onephonon_options, come_from_the_configuration_file_and_flags_win) {
    write_text("run.json",
               "{\"//\": \"a comment\", \"hkl\": \"0:1:2,0:1:3,0:1:4\", \"cutoff\": 5,\n"
               " \"json\": true, \"progress\": \"never\", \"output\": \"map.npz\"}");
    struct outcome o = run("--config=run.json " CRYSTAL);
    cr_assert(o.code == 0 && o.err[0] == '\0', "exit code %d\n%s", o.code, o.err);
    cJSON *answer = parse_json(o.out);
    double contacts = number_of(answer, "contacts");
    cr_expect(number_of(answer, "voxels") == 3 * 4 * 5, "%g voxels", number_of(answer, "voxels"));
    cJSON_Delete(answer);
    cr_expect(strcmp(folder_list(), "map.npz run.json") == 0, "leaves '%s'", folder_list());
    o = run("--config=run.json --cutoff=4 --hkl=0:1:2,0:1:2,0:1:2 " CRYSTAL);
    answer = parse_json(o.out);
    cr_expect(number_of(answer, "voxels") == 27, "%g voxels", number_of(answer, "voxels"));
    cr_expect(number_of(answer, "contacts") < contacts, "%g contacts within 4 A, %g within 5 A",
              number_of(answer, "contacts"), contacts);
    cJSON_Delete(answer);
}

Test(onephonon_options, of_a_configuration_file_are_checked) {
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"{\"cutof\": 4}", "c.json: unknown key \"cutof\"; did you mean \"cutoff\"?"},
        {"{\"cutoff\": \"4\"}", "c.json: cutoff: expected a number > 0, got the text \"4\""},
        {"{\"cutoff\": -4}", "c.json: cutoff: expected a number > 0, got '-4'"},
        {"{\"hkl\": \"0:1\"}", "c.json: hkl: expected H0:H1:N,K0:K1:N,L0:L1:N"},
        {"{\"layer\": \"hkl\"}", "c.json: layer: expected one of hk0, h0l, 0kl, got"},
        {"{\"config\": \"d.json\"}", "c.json: config: can be given on the command line only"},
        {"{\"cutoff\": 4,\n \"cutoff\": 5}", "cutoff"},
        {"{\"cutoff\": 4,\n}", "c.json:2:1: "},
        {"[]", "c.json: "},
        {"", "c.json: empty: expected a JSON object"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text("c.json", cases[i].text);
        expect_refused("--config=c.json -o map.npz " CRYSTAL, 2, cases[i].sentence, "c.json");
    }
    expect_refused("--config=none.json " CRYSTAL, 3, "none.json: cannot open", "c.json");
}

Test(onephonon_options, that_are_wrong_are_named_with_the_rule_they_break) {
    static const struct {
        const char *arguments, *sentence;
    } cases[] = {
        {"", "missing argument: expected STRUCTURE"},
        {CRYSTAL " second.pdb", "unexpected argument 'second.pdb'"},
        {"--layr=hk0 " CRYSTAL, "unknown option '--layr'; did you mean '--layer'?"},
        {"--gama-intra=1 " CRYSTAL, "unknown option '--gama-intra'; did you mean '--gamma-intra'?"},
        {"-x " CRYSTAL, "unknown option '-x'"},
        {"--layer=hkl " CRYSTAL, "--layer: expected one of hk0, h0l, 0kl, got 'hkl'"},
        {"--progress=maybe " CRYSTAL,
         "--progress: expected one of auto, never, always, got 'maybe'"},
        {"--json=yes " CRYSTAL, "--json"},
        {CRYSTAL " --cutoff", "--cutoff"},
        {"--cutoff=0 " CRYSTAL, "--cutoff: expected a number > 0, got '0'"},
        {"--cutoff=-4 " CRYSTAL, "--cutoff: expected a number > 0, got '-4'"},
        {"--cutoff=nan " CRYSTAL, "--cutoff: expected a number > 0, got 'nan'"},
        {"--cutoff=inf " CRYSTAL, "--cutoff: expected a number > 0, got 'inf'"},
        {"--cutoff= " CRYSTAL, "--cutoff: expected a number > 0, got ''"},
        {"--cutoff=4A " CRYSTAL, "--cutoff: expected a number > 0, got '4A'"},
        {"--cutoff=1e9 " CRYSTAL, "a cutoff of 1e+09 Angstrom makes about"},
        {"--cutoff=1e-9 " CRYSTAL, "no two atoms are within 1e-09 Angstrom of each other"},
        {"--dmin=-1 " CRYSTAL, "--dmin: expected a number >= 0, got '-1'"},
        {"--dmin=100 " CRYSTAL, "none of the 29791 voxels has an intensity"},
        {"--gamma-intra=nan " CRYSTAL, "--gamma-intra: expected a number, got 'nan'"},
        {"--occupation=quantum --temperature=0 " CRYSTAL,
         "--temperature: expected a number > 0, got '0'"},
        {"--occupation=quantum --temperature=-4 " CRYSTAL,
         "--temperature: expected a number > 0, got '-4'"},
        {"--threads=-1 " CRYSTAL, "--threads: expected a whole number >= 0, got '-1'"},
        {"--threads=1000000000000 " CRYSTAL, "--threads: expected at most 4096"},
        {"--cotangent=c.npy " CRYSTAL, "--cotangent computes gradients but --output names no file"},
        {"-o a --picture=a " CRYSTAL, "--output and --picture are the same file, a"},
        {"-o " CRYSTAL " " CRYSTAL, "3al1.pdb is read by this run and would be replaced"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(cases[i].arguments, 2, cases[i].sentence, "");
        cr_expect(strstr(run(cases[i].arguments).err, "\nTry 'onephonon --help'.\n") != NULL,
                  "%s: no word about --help", cases[i].arguments);
    }
}

Test(onephonon_options, of_the_grid_have_one_grammar) {
    static const char *const wrong[] = {"x",
                                        "1:2",
                                        "1:2:3",
                                        "1:2:3,1:2:3",
                                        "1:2:3,1:2:3,1:2:3,1:2:3",
                                        "0:1:2,0:1:2,0:1:2x",
                                        "0:1:2,0:1:2,0:1:2,",
                                        ",0:1:2,0:1:2,0:1:2",
                                        "0:1:1.5,0:1:2,0:1:2",
                                        "0:1:2;0:1:2;0:1:2",
                                        ",,",
                                        "::,::,::",
                                        "0:1:,0:1:2,0:1:2",
                                        ":1:2,0:1:2,0:1:2",
                                        "0::2,0:1:2,0:1:2",
                                        "a:b:c,0:1:2,0:1:2",
                                        "0:1:99999999999999999999,0:1:2,0:1:2",
                                        "0-1:2,0:1:2,0:1:2",
                                        "0:1:2:3,0:1:2,0:1:2",
                                        ""};
    char arguments[256];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(arguments, sizeof arguments, "--hkl=%s " CRYSTAL, wrong[i]);
        expect_refused(arguments, 2, "--hkl: expected H0:H1:N,K0:K1:N,L0:L1:N", "");
    }
}

Test(onephonon_options, of_the_grid_that_make_no_map_name_the_axis) {
    static const struct {
        const char *grid, *sentence;
    } cases[] = {{"0:1:0,0:1:2,0:1:2", "0 samples per unit of h"},
                 {"0:1:2,0:1:-2,0:1:2", "-2 samples per unit of k"},
                 {"0:1:2,0:1:2,0:1:0", "0 samples per unit of l"},
                 {"1:0:3,0:1:3,0:1:3", "h runs from 1 down to 0, which is an empty grid"},
                 {"0:1:3,0:1:3,2:1.9:10", "l runs from 2 down to 1.9, which is an empty grid"},
                 {"0:1:3,0:0.5:3,0:1:3", "the range 0 to 0.5 of k is 1.5 steps of 1/3"},
                 {"0:1:2,0:1:2,0:0.3:2", "the range 0 to 0.3 of l is 0.6 steps of 1/2"},
                 {"nan:1:3,0:1:3,0:1:3", "the limits nan to 1 of h must be finite"},
                 {"0:inf:3,0:1:3,0:1:3", "the limits 0 to inf of h must be finite"},
                 {"0:1:2,0:1e300:2,0:1:2", "the limits 0 to 1e+300 of k"},
                 {"0:1:1000000,0:1:1000000,0:1:1000000", "more than 1099511627776 voxels"}};
    char arguments[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(arguments, sizeof arguments, "--hkl=%s -o map.npz " CRYSTAL, cases[i].grid);
        expect_refused(arguments, 2, cases[i].sentence, "");
    }
    expect_refused("--hkl=0:1:1,0:1:1,0:1:1 " CRYSTAL, 2,
                   "none of the 8 voxels has an intensity: 8 lie on whole h, k, l", "");
}

Test(onephonon_options, are_taken_in_any_order_and_the_last_one_wins) {
    struct outcome o = run(CRYSTAL " --json --progress never --hkl=x --hkl 0:1:2,0:1:2,0:1:2");
    cr_expect(o.code == 2, "a wrong value counts even if another follows: exit code %d", o.code);
    o = run(CRYSTAL " --json --progress never --cutoff 7 --cutoff=5 " GRID "-omap.npz");
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cJSON *answer = parse_json(o.out);
    o = run("--json --progress=never --cutoff=5 " GRID "-- " CRYSTAL);
    cJSON *plain = parse_json(o.out);
    cr_expect(number_of(answer, "contacts") == number_of(plain, "contacts"));
    cr_expect(strcmp(folder_list(), "map.npz") == 0, "leaves '%s'", folder_list());
    cJSON_Delete(answer);
    cJSON_Delete(plain);
}
