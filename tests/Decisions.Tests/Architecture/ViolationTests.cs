namespace Decisions.Tests.Architecture;

/// <summary>The rules of <see cref="House"/> find violations, and only violations.</summary>
public sealed class ViolationTests
{
    [Theory]
    [InlineData("Model/Signal.cs", "using Reuseportd.Linux;", "Linux")]
    [InlineData("Slots/Slot.cs", "using Reuseportd.Planning;", "Planning")]
    [InlineData("Linux/Pidfd.cs", "using Reuseportd.Observability;", "Observability")]
    [InlineData("Observability/LogQueue.cs", "using static Reuseportd.Runtime.Launch;", "Runtime")]
    [InlineData("Observability/LogQueue.cs", "using Loop = Reuseportd.Runtime.SupervisorLoop;", "Runtime")]
    [InlineData("Observability/LogQueue.cs", "global using global::Reuseportd.Runtime;", "Runtime")]
    [InlineData("Runtime/Fleet.cs", "using Reuseportd.Api.Contract;", "Api")]
    [InlineData("Api/Documents.cs", "namespace Reuseportd.Api;\nusing Hosting;", "Hosting")]
    [InlineData("Linux/Epoll.cs", "var loop = new Reuseportd.Runtime.SupervisorLoop();", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var loop = new Runtime.SupervisorLoop();", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var text = $\"turn {Runtime.SupervisorLoop.Turn(\"a\")}\";", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var text = $$\"\"\"turn {{Runtime.SupervisorLoop.Turn}}\"\"\";", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var text = \"// no comment\"; Runtime.Launch.Of();", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var quote = '\"'; Runtime.Launch.Of();", "Runtime")]
    [InlineData("Linux/Epoll.cs", "var path = @\"C:\\\"; Runtime.Launch.Of();", "Runtime")]
    [InlineData("Linux/Epoll.cs", "using Reuseportd.Somewhere;", "Somewhere")]
    [InlineData("Hosting/DaemonHost.cs", "using Reuseportd.Somewhere;", "Somewhere")]
    public void ForbiddenReferences_UpwardsOrAcross_AreFound(string path, string source, string target) =>
        Assert.Equal([target], House.ForbiddenReferences(path, source));

    [Theory]
    [InlineData("Linux/Epoll.cs", "using Reuseportd.Model;\nusing System.Runtime.InteropServices;")]
    [InlineData("Linux/Epoll.cs", "namespace Reuseportd.Linux;")]
    [InlineData("Configuration/Sections/LimitsReader.cs", "using Reuseportd.Configuration.Reading;")]
    [InlineData("Hosting/DaemonHost.cs", "using Reuseportd.Api;\nusing Reuseportd.Runtime;")]
    [InlineData("Program.cs", "using Reuseportd.Hosting;")]
    [InlineData("Linux/Epoll.cs", "// see Reuseportd.Runtime.SupervisorLoop\n/* using Reuseportd.Runtime; */")]
    [InlineData("Linux/Epoll.cs", "/// <see cref=\"Runtime.SupervisorLoop\"/>")]
    [InlineData("Linux/Epoll.cs", "var text = \"Reuseportd.Runtime.SupervisorLoop\";")]
    [InlineData("Linux/Epoll.cs", "var text = $\"Runtime.SupervisorLoop {{Runtime.SupervisorLoop}} {name}\";")]
    [InlineData("Linux/Epoll.cs", "var text = @\"\"\"Runtime.SupervisorLoop\"\"\";")]
    [InlineData("Linux/Epoll.cs", "var length = Service.Runtime.Length;")]
    public void ForbiddenReferences_DownwardsOrNotInCode_AreNotFound(string path, string source) =>
        Assert.Empty(House.ForbiddenReferences(path, source));

    [Theory]
    [InlineData("lock (_gate) { }", "lock")]
    [InlineData("lock(this) return;", "lock")]
    [InlineData("Monitor.Enter(_gate);", "Monitor")]
    [InlineData("System.Threading.Monitor.Enter(_gate);", "Monitor")]
    [InlineData("private readonly SemaphoreSlim _one = new(1);", "SemaphoreSlim")]
    [InlineData("private readonly Lock _gate = new();", "Lock")]
    [InlineData("[MethodImpl(MethodImplOptions.Synchronized)]", "Synchronized")]
    public void Locks_EachKind_IsFound(string source, string word) => Assert.Equal([word], House.Locks(source));

    [Theory]
    [InlineData("// lock (_gate)")]
    [InlineData("Unlock(); Block(x); var clock = Clock(now);")]
    public void Locks_OtherWords_AreNotFound(string source) => Assert.Empty(House.Locks(source));

    [Theory]
    [InlineData("TimeProvider time", "TimeProvider")]
    [InlineData("Random.Shared.Next()", "Random")]
    [InlineData("new Random(1)", "Random")]
    [InlineData("File.ReadAllText(path)", "File")]
    [InlineData("Directory.GetFiles(path)", "Directory")]
    [InlineData("Process.Start(name)", "Process")]
    [InlineData("Environment.ProcessId", "Environment")]
    [InlineData("DateTimeOffset.UtcNow", "DateTimeOffset")]
    [InlineData("Console.WriteLine(text)", "Console")]
    [InlineData("await Task.Yield()", "Task")]
    public void Surroundings_TimeRandomnessFilesAndProcesses_AreFound(string source, string word) =>
        Assert.Equal([word], House.Surroundings(source));

    [Theory]
    [InlineData("OutputTarget.File file")]
    [InlineData("internal sealed record File(string Path) : OutputTarget;")]
    [InlineData("ProcessSpec Process, Balance.Random")]
    [InlineData("service.Process.Environment.Count")]
    [InlineData("enum LogForm { Auto, Console, Json } SocketOutcome? Socket")]
    public void Surroundings_NamesOfTheDomain_AreNotFound(string source) => Assert.Empty(House.Surroundings(source));

    [Theory]
    [InlineData("Configuration/Yaml/Node.cs", "namespace Reuseportd.Configuration.Yaml;", true)]
    [InlineData("Configuration/Yaml/Node.cs", "namespace Reuseportd.Configuration;", false)]
    [InlineData("Model/Signal.cs", "namespace Reuseportd.Model;", true)]
    [InlineData("Model/Signal.cs", "namespace Reuseportd.Model\n{\n}", false)]
    [InlineData("Model/Signal.cs", "using System;\nnamespace Reuseportd.Model;", true)]
    [InlineData("Model/Signal.cs", "namespace Reuseportd.Model;\nusing System;", false)]
    [InlineData("Configuration/Yaml/Node.cs", "namespace Reuseportd.Yaml;", false)]
    [InlineData("Linux/Epoll.cs", "namespace Reuseportd.Model;", false)]
    [InlineData("Linux/Epoll.cs", "namespace Reuseportd.Linux.Helpers;", false)]
    [InlineData("Configuration/Yaml/Node.cs", "// namespace Reuseportd.Configuration.Yaml;", false)]
    [InlineData("Program.cs", "return 0;", true)]
    [InlineData("Program.cs", "namespace Reuseportd.Hosting;", false)]
    public void IsInItsNamespace_File_DependsOnItsFolder(string path, string source, bool expected) =>
        Assert.Equal(expected, House.IsInItsNamespace(path, source));

    [Theory]
    [InlineData("Linux/Files/Pipe.cs", "using Reuseportd.Linux.Spawning;", "Spawning")]
    [InlineData("Linux/Cgroups/CgroupKill.cs", "using Reuseportd.Linux.Sockets;", "Sockets")]
    [InlineData("Linux/Files/Pipe.cs", "var spawner = new Reuseportd.Linux.Spawning.Spawner();", "Spawning")]
    [InlineData("Api/Contract/Problem.cs", "using Reuseportd.Api.Http;", "Http")]
    [InlineData("Linux/Files/Pipe.cs", "using Reuseportd.Linux.Somewhere;", "Somewhere")]
    public void ForbiddenRooms_UpwardsOrAcross_AreFound(string path, string source, string room) =>
        Assert.Equal([room], House.ForbiddenRooms(path, source));

    [Theory]
    [InlineData("Linux/Files/Pipe.cs", "using Reuseportd.Linux.Interop;\nusing Reuseportd.Model;")]
    [InlineData("Linux/Files/Pipe.cs", "namespace Reuseportd.Linux.Files;")]
    [InlineData("Runtime/Fleet/Service.cs", "using Reuseportd.Linux.Spawning;")]
    public void ForbiddenRooms_DownwardsOrOfAnotherFolder_AreNotFound(string path, string source) =>
        Assert.Empty(House.ForbiddenRooms(path, source));

    [Theory]
    [InlineData("Linux/Files/Pipe.cs", true)]
    [InlineData("Linux/Pipe.cs", false)]
    [InlineData("Linux/Somewhere/Pipe.cs", false)]
    [InlineData("Linux/Files/Deep/Pipe.cs", false)]
    [InlineData("Model/Signal.cs", true)]
    [InlineData("Model/Values/Signal.cs", false)]
    [InlineData("Program.cs", true)]
    public void HasItsPlace_File_DependsOnItsFolder(string path, bool expected) =>
        Assert.Equal(expected, House.HasItsPlace(path));

    [Fact]
    public void FloorOf_FolderWithoutAPlace_IsNone() => Assert.Null(House.FloorOf("Helpers"));
}
