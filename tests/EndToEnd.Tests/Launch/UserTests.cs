using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

public sealed class UserTests : DaemonTest
{
    [Fact]
    public async Task User_Nobody_WorkersShareThePort()
    {
        Root.Require();
        var program = await Daemon.WorkerCopyAsync("hello");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{program}}, "{{Port}}"]
                workers: 4
                user: nobody
                umask: "0027"
                limits: { nofile: 123, nice: 5 }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartWithLibraryAsync();

        foreach (var number in Copies.Numbers)
        {
            var pid = Daemon.PidOf($"web@{number}");
            Assert.Equal("65534\t65534\t65534\t65534", Processes.Status(pid, "Uid"));
            Assert.Equal("0027", Processes.Status(pid, "Umask"));
            Assert.Contains("USER=nobody", Processes.Environment(pid));
            Assert.Matches(@"Max open files +123 +123 ", await File.ReadAllTextAsync($"/proc/{pid}/limits"));
        }

        await Copies.AllAnswerAsync(Copies.Numbers, async () => (await Ask.HttpAsync(Address, Port)).Split(' ')[1]);
    }

    [Fact]
    public async Task Start_DirectoryClosedToTheUser_Fails()
    {
        Root.Require();
        Directory.CreateDirectory(Daemon.Folder["private"]);
        Daemon.Folder.Mode("private", "700");
        Daemon.Configure($$"""
            services:
              web:
                command: [sleep, "1000"]
                user: nobody
                working_dir: {{Daemon.Folder["private"]}}
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var error = await Daemon.EventAsync("spawn_error", "web@0");
        Assert.Equal("13", error["ERRNO"]);
        Assert.Contains(Daemon.Folder["private"], error.Message, StringComparison.Ordinal);
    }
}
