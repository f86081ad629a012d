using Linux.Tests.Harness;
using Linux.Tests.Seccomp;
using Linux.Tests.Sharding;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Methods;

/// <summary>Under each method, a program gets the same answers and has the same outcomes as under the preload library.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class MethodTests
{
    public static TheoryData<string> Groups => [.. ProbeCases.Groups.Keys];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Attach_CasesOfTheLibrary_HaveTheSameAnswersAndOutcomes(string group) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        AssertSame(spawner, group, Expected, false, probe =>
        {
            var worker = shards.Attach(probe.Spec());
            var answers = ProbeResult.AnswersOf(worker.Start(spawner, ProbeResult.Request(probe)));
            var outcomes = shards.Outcomes().Where(outcome => outcome.Errno == Errno.None).ToArray();
            Assert.All(outcomes, outcome => Assert.Equal((worker.Number, 0ul), (outcome.Worker, outcome.Lost)));
            return new ProbeResult(answers, [.. outcomes.Select(outcome => outcome.ToOutcome(probe.Spec().Interface))]);
        });

        static ProbeResult Expected(ProbeCase probe, ProbeResult library) => library with
        {
            Answers = probe.KernelAnswers?.Split(' ') ?? library.Answers,
            Outcomes = [.. Visible(probe.KernelTells?.Invoke(library.Outcomes) ?? library.Outcomes)],
        };
    });

    [Theory]
    [MemberData(nameof(Groups))]
    public void Add_CasesOfTheLibrary_HaveTheSameAnswersAndOutcomes(string group) => OwnNetwork.Run(spawner =>
        AssertSame(spawner, group, (_, library) => library, true, probe =>
        {
            using var service = new NotifiedService(probe.Spec());
            var answers = ProbeResult.AnswersOf(service.Start(spawner, ProbeResult.Request(probe)));
            return new ProbeResult(answers, [.. service.Outcomes]);
        }));

    private static void AssertSame(
        Spawner spawner,
        string group,
        Func<ProbeCase, ProbeResult, ProbeResult> expectedOf,
        bool hasDescriptors,
        Func<ProbeCase, ProbeResult> run)
    {
        var differences = new List<string>();
        foreach (var probe in ProbeCases.Groups[group])
        {
            var expected = Ordered(probe, expectedOf(probe, ProbeResult.UnderTheLibrary(spawner, probe))).ToText(hasDescriptors);
            var actual = Ordered(probe, run(probe)).ToText(hasDescriptors);
            if (expected != actual) differences.Add($"{probe}\nexpected:\n{expected}\nactual:\n{actual}\n");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ\n" + string.Join('\n', differences));
    }

    /// <summary>Threads that bind at the same time do so in any order.</summary>
    private static ProbeResult Ordered(ProbeCase probe, ProbeResult result) => probe.Commands.Contains("bind-in-threads")
        ? result with { Outcomes = [.. result.Outcomes.OrderBy(outcome => outcome.Succeeded)] }
        : result;

    /// <summary>
    /// The outcomes that the BPF programs also tell: see docs/decisions/40. Failed binds have none on some kernels; their tests
    /// are in ShardingFailureTests.
    /// </summary>
    private static IEnumerable<BindOutcome> Visible(IEnumerable<BindOutcome> outcomes)
    {
        var listening = new HashSet<ulong>();
        return outcomes.Where(outcome => outcome.Kind switch
        {
            OutcomeKind.Bind => outcome.Succeeded,
            OutcomeKind.Listen => outcome.Succeeded && listening.Add(outcome.Socket!.Inode),
            _ => false,
        });
    }
}
