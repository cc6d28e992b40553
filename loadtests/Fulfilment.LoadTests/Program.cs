Console.Error.WriteLine("No load scenario is written yet.");
return 1;
