namespace Decisions.Tests.Architecture;

/// <summary>
/// The floors: a folder refers to lower floors only, and folders of one floor do not refer to each other. The lists below name
/// the exceptions with their reasons. A test fails if an entry is no longer needed.
/// </summary>
public sealed class HouseTests
{
    /// <summary>A file, the folder that the file refers to, and the reason for the exception.</summary>
    private static readonly Dictionary<(string File, string Word), string> References = [];

    private static readonly Dictionary<(string File, string Word), string> RoomReferences = [];

    private const string AddressGate = "each port of listen has a thread; they compare counters, and nothing waits in it";


    private static readonly Dictionary<(string File, string Word), string> Locks = new()
    {
        [("Hosting/FleetControl.cs", "SemaphoreSlim")] =
            "one change of the fleet at a time, from the reading of its files on; it is awaited and holds up no thread",
        [("Runtime/Output/PausedOutput.cs", "ManualResetEventSlim")] =
            "the output thread stands still while another program takes over; nothing else waits for it then",
        [("Api/Admission/AddressGate.cs", "Lock")] = AddressGate,
        [("Api/Admission/AddressGate.cs", "lock")] = AddressGate,
        [("Runtime/Handover/SavedFailures.cs", "Barrier")] = "the property of SpawnError, no lock",
    };

    private static readonly Dictionary<(string File, string Word), string> Surroundings = new()
    {
        [
            (
                "Configuration/Loading/ConfigurationLoader.cs",
                "File")] = "reads the files; what is in them is judged as text, by others",
        [("Configuration/Loading/ConfigurationLoader.cs", "Directory")] = "finds the files of services.d",
        [("Configuration/Loading/ConfigurationLoader.cs", "FileInfo")] = "tells links from files in services.d",
    };

    /// <summary>Rooms of Configuration whose files <c>reuseportctl import</c> uses.</summary>
    private static readonly HashSet<string> SharedRooms = ["Configuration.Text", "Configuration.Yaml", "Configuration.Values"];

    [Fact]
    public void Supervisor_EveryFolder_HasAFloor() =>
        Assert.All(Sources.Supervisor.Keys.Select(House.FolderOf).Where(folder => folder.Length > 0).Distinct(), folder =>
            Assert.True(House.FloorOf(folder) is not null, $"{folder} stands on no floor"));

    [Fact]
    public void Supervisor_EveryReference_IsToALowerFloor() => Hold(References, House.ForbiddenReferences);

    [Fact]
    public void Supervisor_EveryReferenceToARoom_IsToALowerRoom() => Hold(RoomReferences, House.ForbiddenRooms);

    [Fact]
    public void Supervisor_EveryFile_IsInARoom() =>
        Assert.All(Sources.Supervisor.Keys, path => Assert.True(House.HasItsPlace(path), path));

    [Fact]
    public void Supervisor_EveryNamespace_IsItsFolder() => Assert.All(Sources.Supervisor, file =>
        Assert.True(House.IsInItsNamespace(file.Key, file.Value), $"{file.Key} is in {House.DeclaredNamespace(file.Value)}"));

    [Fact]
    public void Supervisor_AboveTheSecondFloor_HasNoLocks() =>
        Hold(Locks, (path, source) => House.FloorOf(House.FolderOf(path)) <= 2 ? [] : House.Locks(source));

    [Fact]
    public void Supervisor_LowestFloors_ReadNoClockFileOrProcess() =>
        Hold(Surroundings, (path, source) => House.FloorOf(House.FolderOf(path)) <= 1 ? House.Surroundings(source) : []);

    [Fact]
    public void Program_TheRoot_IsOneFile() =>
        Assert.Equal(["Program.cs"], Sources.Supervisor.Keys.Where(path => House.FolderOf(path).Length == 0));

    [Fact]
    public void Contract_SharedWithTheClient_RefersToNoOtherFolder() => Assert.All(
        Sources.Supervisor.Where(file => file.Key.StartsWith("Api/Contract/", StringComparison.Ordinal)),
        file => Assert.Equal(["Api"], House.References(file.Value)));

    [Fact]
    public void Control_TheClient_KnowsTheContractOnly() => Assert.All(Sources.Control, file =>
    {
        // The project has some files of the two lowest floors: values, and YAML with places.
        Assert.Empty(House.References(file.Value).Except(["Control", "Api", "Model", "Configuration"]));
        Assert.Subset(
            SharedRooms,
            House.RoomReferences(file.Value).Where(room => room.StartsWith("Configuration.", StringComparison.Ordinal))
                .ToHashSet());
        Assert.DoesNotContain("Reuseportd.Api;", file.Value, StringComparison.Ordinal);
    });

    /// <summary>Asserts that the findings are exactly the exceptions.</summary>
    /// <param name="files">By default, the files of the supervisor.</param>
    internal static void Hold(
        Dictionary<(string File, string Word), string> exceptions, Func<string, string, IEnumerable<string>> find,
        IReadOnlyDictionary<string, string>? files = null)
    {
        var found = (files ?? Sources.Supervisor)
            .SelectMany(file => find(file.Key, file.Value).Select(word => (File: file.Key, Word: word))).ToArray();
        Assert.Empty(found.Except(exceptions.Keys));
        Assert.Empty(exceptions.Keys.Except(found));
    }
}
