using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Updates;

namespace Decisions.Tests.Runtime;

/// <summary>The sentences for users. All other tests assert the reason, not its wording.</summary>
public sealed class UpdateWordingTests
{
    private static readonly ServiceSpec Web = Specs.Service("web") with { Workers = 2 };

    [Fact]
    public void Reason_EachReason_HasItsSentence()
    {
        Assert.Equal("only 1 of 2 workers are ready", Reason(new NotReplaced.TooFewReady(1, 2)));
        Assert.Equal("the update stopped at web@1: exit code 3", Reason(new NotReplaced.UpdateStopped()));
        Assert.Equal("it stopped by itself", Reason(new NotReplaced.ProcessFailed(IsReplacement: true, RemedyVerb.Apply)));
        Assert.Equal(
            "the update is paused; 'reuseportctl resume web' goes on", Reason(new NotReplaced.UpdatePaused(CanRollBack: false)));
        Assert.Equal(
            "the update is paused; 'reuseportctl resume web' goes on, 'reuseportctl rollback web' goes back",
            Reason(new NotReplaced.UpdatePaused(CanRollBack: true)));
    }

    [Theory]
    [InlineData("Start", true, "'reuseportctl stop web', then 'reuseportctl start web'")]
    [InlineData("Restart", true, "'reuseportctl stop web', then 'reuseportctl restart web'")]
    [InlineData("Apply", true, "'reuseportctl stop web', then 'reuseportctl apply'")]
    [InlineData("Apply", false, "'reuseportctl stop web', then 'reuseportctl apply' and 'reuseportctl start web'")]
    [InlineData("ApplyFormerFile", true, "change its file back, 'reuseportctl stop web', then 'reuseportctl apply'")]
    public void Remedy_EachVerb_HasItsCommands(string then, bool autostart, string words) =>
        Assert.Equal(words, Remedy(then, Web with { Autostart = autostart }));

    [Theory]
    [InlineData(1, "StartFirst", "Apply", true)]
    [InlineData(1, "StopFirst", "Apply", false)]
    [InlineData(2, "StartFirst", "Apply", false)]
    [InlineData(1, "StartFirst", "ApplyFormerFile", false)]
    public void Remedy_OneWorkerThatStartsFirst_NamesStopFirstAsWell(int workers, string order, string then, bool stopFirst)
    {
        var service = Web with { Workers = workers, Update = UpdateSpec.Default with { Order = Enum.Parse<UpdateOrder>(order) } };
        const string stopFirstWords = ", or set 'update: { order: stop-first, max_unavailable: 1 }'";
        Assert.Equal(stopFirst, Remedy(then, service).EndsWith(stopFirstWords, StringComparison.Ordinal));
    }

    private static string Remedy(string then, ServiceSpec service) =>
        UpdateWording.Remedy(UpdateRemedy.For(Enum.Parse<RemedyVerb>(then), service));

    private static string Reason(NotReplaced why) => UpdateWording.Reason(why, "web", "web@1: exit code 3");
}
