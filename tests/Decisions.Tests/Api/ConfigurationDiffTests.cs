using Reuseportd.Api.Documents;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api;

public sealed class ConfigurationDiffTests
{
    private static readonly ServiceSpec Web = Specs.Service("web", workers: 2);

    [Fact]
    public void Between_RunningConfiguration_IsEmpty()
    {
        Assert.Empty(ConfigurationDiff.Between([Running(Web)], [Web]));
        Assert.False(ConfigurationDiff.IsPending([Running(Web)], new FleetSpec(DaemonSpec.Default, [Web])));
    }

    [Fact]
    public void IsPending_FilesWithErrors_True() => Assert.True(ConfigurationDiff.IsPending([Running(Web)], files: null));

    [Fact]
    public void Between_PausedUpdate_IsNotEmpty()
    {
        var update = new UpdateSnapshot(1, 2, IsPaused: true, IsRollback: false, Failure: null);
        ServiceSnapshot[] running = [Running(Web) with { IsPaused = true, Update = update with { IsChange = true } }];
        Assert.Equal(
            ("web", "paused"),
            ConfigurationDiff.Between([.. running], [Web]).Select(change => (change.Name, change.Change)).Single());
        Assert.True(ConfigurationDiff.IsPending([.. running], new FleetSpec(DaemonSpec.Default, [Web])));
        // The file now has more than the paused change.
        Assert.Equal("scaled", Assert.Single(ConfigurationDiff.Between([.. running], [Web with { Workers = 5 }])).Change);
    }

    [Fact]
    public void Between_PausedRestartWithoutAChange_IsEmpty()
    {
        var update = new UpdateSnapshot(1, 2, IsPaused: true, IsRollback: false, Failure: null);
        ServiceSnapshot[] running = [Running(Web) with { IsPaused = true, Update = update }];
        Assert.Empty(ConfigurationDiff.Between([.. running], [Web]));
        Assert.False(ConfigurationDiff.IsPending([.. running], new FleetSpec(DaemonSpec.Default, [Web])));
    }

    [Fact]
    public void Between_EachKindOfChange_IsNamedWithItsKeys()
    {
        var api = Specs.Service("api");
        var db = Specs.Service("db");
        var old = Specs.Service("old");
        ServiceSpec[] files =
        [
            Web with { Workers = 5 },
            api with { Stop = new StopSpec(Signal.Hup, TimeSpan.FromSeconds(3)) },
            db with { Process = db.Process with { WorkingDirectory = Template.TryParse("/srv", out _) } },
            Specs.Service("new"),
        ];
        var changes = ConfigurationDiff.Between([Running(Web), Running(api), Running(db), Running(old)], [.. files]);

        Assert.Equal(
            ["old removed", "web scaled", "api policy", "db replaced", "new added"],
            changes.Select(change => $"{change.Name} {change.Change}"));
        Assert.Equal(["workers 2 5"], Keys(changes[1]));
        Assert.Equal(["stop_signal \"TERM\" \"HUP\"", "stop_grace_period \"10s\" \"3s\""], Keys(changes[2]));
        Assert.Equal(["working_dir  \"/srv\""], Keys(changes[3]));
        Assert.True(ConfigurationDiff.IsPending([Running(Web)], new FleetSpec(DaemonSpec.Default, [.. files])));
    }

    /// <summary>A number of workers set by command holds until the file changes its own number.</summary>
    [Fact]
    public void Between_ScaledByCommand_HoldsUntilTheFileChanges()
    {
        var scaled = new ServiceSnapshot(Web, Web with { Workers = 7 }, ServiceOverrides.From(Web).Scale(7));
        var policy = Assert.Single(ConfigurationDiff.Between([scaled], [Web with { ReloadSignal = Signal.Term }]));
        Assert.Equal(["reload_signal \"HUP\" \"TERM\""], Keys(policy));
        Assert.Equal(["workers 7 3"], Keys(Assert.Single(ConfigurationDiff.Between([scaled], [Web with { Workers = 3 }]))));
    }

    [Theory]
    [InlineData(7, 2, "web 7 2")] // by hand, in the file: it stays, and that is said
    [InlineData(7, 3, "")] // the file says another: that comes
    [InlineData(2, 2, "")] // the same as the file
    public void Kept_ScaledByCommand_HasTheService(int byHand, int file, string expected)
    {
        var scaled = new ServiceSnapshot(Web, Web with { Workers = byHand }, ServiceOverrides.From(Web).Scale(byHand));
        var kept = ConfigurationDiff.Kept(
            [scaled, Running(Specs.Service("api"))],
            [Web with { Workers = file, ReloadSignal = Signal.Term }, Specs.Service("api")]);
        Assert.Equal(expected, string.Join(';', kept.Select(one => $"{one.Service} {one.Workers} {one.Declared}")));
    }

    [Fact]
    public void Kept_RemovedService_IsEmpty() =>
        Assert.Empty(
            ConfigurationDiff.Kept(
                [new ServiceSnapshot(Web, Web with { Workers = 7 }, ServiceOverrides.From(Web).Scale(7))], []));

    private static string[] Keys(Reuseportd.Api.Contract.ServiceChange change) =>
        [.. change.Keys.Select(key => $"{key.Path} {key.From?.GetRawText()} {key.To?.GetRawText()}")];

    private static ServiceSnapshot Running(ServiceSpec spec) => new(spec, spec, ServiceOverrides.From(spec));
}
